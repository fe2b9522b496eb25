/** A hot standby of a Postgres: a second server that follows the first by streaming replication. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serverAccount } from "../../src/db/embedded/account.ts";
import { provideBinaries } from "../../src/db/embedded/binaries.ts";
import { findFreePort } from "../../src/db/embedded/launch.ts";
import { silentLog as log } from "../../src/log.ts";
import { onServer } from "./database.ts";
import type { OwnPostgres } from "./own-postgres.ts";

export interface Standby {
  url: string;
  /** Holds it where it is; what the primary writes waits. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the server, with all its connections. */
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** Copies a primary, which is stopped meanwhile, and follows it. */
export async function startStandby(primary: OwnPostgres): Promise<Standby> {
  const home = await mkdtemp(join(tmpdir(), "plimsoll-standby-"));
  await chmod(home, 0o755);
  const dataFolder = join(home, "postgres");
  await primary.stop();
  execFileSync("cp", ["-a", primary.dataFolder, dataFolder]);
  await primary.start();
  await writeFile(join(dataFolder, "standby.signal"), "");
  const account = serverAccount(dataFolder);
  const binaries = await provideBinaries({ account, home: dirname(primary.dataFolder), log });
  const port = await findFreePort();
  const { hostname, port: primaryPort, username, password } = new URL(primary.url);
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    primary_conninfo: `host=${hostname} port=${primaryPort} user=${username} password=${password}`,
  };
  const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(binaries.program("postgres"), ["-D", dataFolder, ...given], {
    ...account,
    cwd: "/",
    stdio: "ignore",
  });
  const address = new URL(primary.url);
  address.port = String(port);
  const url = address.href;
  const say = (statement: string) => onServer(url, (sql) => sql.unsafe(statement));
  for (let answers = false; !answers; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`The standby ended with ${server.exitCode}.`);
    answers = await say("select 1").then(
      () => true,
      () => false,
    );
  }

  async function stop(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGQUIT");
    await once(server, "exit");
  }

  return {
    url,
    pause: async () => void (await say("select pg_wal_replay_pause()")),
    resume: async () => void (await say("select pg_wal_replay_resume()")),
    stop,
    async close() {
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
