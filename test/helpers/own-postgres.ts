/**
 * A Postgres of this test file's own, on a port that it keeps, to be stopped and started while the
 * program uses it. It writes safely, because what it loses is what such a test looks for.
 */
import { chmod, chown, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerAccount, serverAccount } from "../../src/db/embedded/account.ts";
import { provideBinaries } from "../../src/db/embedded/binaries.ts";
import { readPassword } from "../../src/db/embedded/data-folder.ts";
import { databaseUrl, ensureDatabase } from "../../src/db/embedded/database.ts";
import { initializeDataFolder } from "../../src/db/embedded/initialize.ts";
import { findFreePort, launchServer } from "../../src/db/embedded/launch.ts";
import { readPidFile } from "../../src/db/embedded/pid-file.ts";
import { stopServer } from "../../src/db/embedded/stop.ts";
import { silentLog as log } from "../../src/log.ts";
import { makeCertificates } from "./certificates.ts";

export interface OwnPostgres {
  url: string;
  /** The folder with its data. */
  dataFolder: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** @param more makes further settings of the server, and files in its home that its account owns. */
export async function startOwnPostgres(
  more: (
    home: string,
    account: ServerAccount,
  ) => Promise<Record<string, string>> = async () => ({}),
): Promise<OwnPostgres> {
  const home = await mkdtemp(join(tmpdir(), "plimsoll-postgres-"));
  await chmod(home, 0o755);
  const dataFolder = join(home, "postgres");
  const account = serverAccount(dataFolder);
  const binaries = await provideBinaries({ account, home, log });
  await initializeDataFolder(dataFolder, binaries, account, true);
  const own = await more(home, account);
  const settings = { ...own, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const plan = { binaries, account, dataFolder, logFile: join(home, "log"), settings };
  const password = readPassword(dataFolder);
  const port = await findFreePort();

  async function start(): Promise<void> {
    const { kind } = await launchServer(plan, port, 30_000);
    if (kind !== "ready") throw new Error(`Postgres did not start: ${kind}`);
  }

  async function stop(): Promise<void> {
    const lock = readPidFile(dataFolder);
    if (lock?.alive) await stopServer({ pid: lock.pid, dataFolder, binaries }, log);
  }

  await start();
  await ensureDatabase(port, password);
  return {
    url: databaseUrl(port, password),
    dataFolder,
    start,
    stop,
    async close() {
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** One that also speaks TLS, with a certificate that nobody vouches for. */
export function startTlsPostgres(): Promise<OwnPostgres> {
  return startOwnPostgres(async (home, { uid, gid }) => {
    const { good, remove } = await makeCertificates();
    const files = { ssl_cert_file: join(home, "cert.pem"), ssl_key_file: join(home, "key.pem") };
    await copyFile(good.certificate, files.ssl_cert_file);
    await copyFile(good.key, files.ssl_key_file);
    await chmod(files.ssl_key_file, 0o600);
    if (uid !== undefined) await chown(files.ssl_key_file, uid, gid ?? uid);
    await remove();
    return { ssl: "on", ...files };
  });
}
