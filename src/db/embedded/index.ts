/**
 * The Postgres that comes with Plimsoll: started on first need, kept under Plimsoll's home, shared
 * by all processes of that home, and stopped by the last of them. How and why: decision 0002.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, PlimsollError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { serverAccount } from "./account.ts";
import { provideBinaries } from "./binaries.ts";
import { holdsDatabase, readPassword } from "./data-folder.ts";
import { databaseUrl } from "./database.ts";
import { diskTrouble } from "./disk.ts";
import { initializeDataFolder } from "./initialize.ts";
import { obtainServer } from "./obtain.ts";
import { readPidFile } from "./pid-file.ts";
import { stopServer } from "./stop.ts";
import { supervise } from "./supervise.ts";
import { unavailable } from "./unavailable.ts";
import { markUser, type UserMark } from "./users.ts";

export interface EmbeddedOptions {
  /** Plimsoll's home; the data goes to its `postgres` folder. Made when absent. */
  home: string;
  log: Log;
  /** True starts the server again when it dies while it is used. */
  supervised?: boolean;
  /** False trades safety after a power cut for speed; for tests. */
  durable?: boolean;
  /** Server settings over the defaults, by their Postgres names. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** Connection string of the database `plimsoll`, password included. */
  url: string;
  dataFolder: string;
  port: number;
  /** True when the server was running already. */
  adopted: boolean;
  /** Ends this process's use; the last user stops the server. Safe to call twice, never hangs. */
  stop(): Promise<void>;
}

const safeSettings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
};
const unsafeSettings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Starts or adopts the server of a home; throws DATABASE_UNAVAILABLE with what to do about it. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, durable = true } = options;
  const home = makeHome(options.home);
  const dataFolder = resolveFolder(join(home, "postgres"));
  const account = serverAccount(dataFolder);
  const user = markHome(home);
  try {
    const binaries = await provideBinaries({ account, home, log });
    if (!holdsDatabase(dataFolder, binaries.major)) {
      log.info({ dataFolder }, "Making a new database");
      await initializeDataFolder(dataFolder, binaries, account, durable);
    }
    const password = readPassword(dataFolder);
    const settings = { ...safeSettings, ...(durable ? {} : unsafeSettings), ...options.settings };
    const plan = { binaries, account, dataFolder, logFile: openLog(home), settings };
    const server = await obtainServer(plan, password, log);
    const obtain = (port: number) => obtainServer(plan, password, log, async () => port);
    const supervision = options.supervised ? supervise(server, dataFolder, obtain, log) : null;
    let stopping: Promise<void> | undefined;
    return {
      url: databaseUrl(server.port, password),
      dataFolder,
      port: server.port,
      adopted: server.adopted,
      stop() {
        stopping ??= (async () => {
          await supervision?.end();
          if (!user.leave()) return log.info("Postgres stays up for another Plimsoll process");
          (supervision?.current() ?? server).expectEnd();
          // Another user may have started a new server since, in place of one that died.
          const lock = readPidFile(dataFolder);
          if (lock?.alive) await stopServer({ pid: lock.pid, dataFolder, binaries }, log);
        })();
        return stopping;
      },
    };
  } catch (error) {
    user.leave();
    const trouble = diskTrouble(home, error);
    if (trouble) throw trouble;
    if (error instanceof PlimsollError) throw error;
    throw unavailable(`Postgres could not be started on ${dataFolder}: ${messageOf(error)}`, error);
  }
}

function markHome(home: string): UserMark {
  try {
    return markUser(home);
  } catch (error) {
    throw diskTrouble(home, error) ?? error;
  }
}

function makeHome(path: string): string {
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK);
    return realpathSync(path);
  } catch (error) {
    throw unavailable(
      `Plimsoll's home ${path} cannot be written. Set PLIMSOLL_HOME to a folder that can.`,
      error,
    );
  }
}

/** Step by step, because Node's own recursion never ends where nothing can be made, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have come first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Follows a link to another disk, so that a server is recognised by one name of its folder. */
function resolveFolder(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** The server's log, started anew when it has grown beyond 5 MB; the one before is kept. */
function openLog(home: string): string {
  const path = join(home, "postgres.log");
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 5_000_000) renameSync(path, `${path}.1`);
  return path;
}
