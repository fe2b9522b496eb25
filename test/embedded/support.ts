/**
 * Homes for the tests of the embedded Postgres, and Plimsoll processes apart from the test's own.
 * Whatever a test leaves running or lying about is ended, removed and reported as its failure.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../src/db/embedded/index.ts";
import { readPidFile } from "../../src/db/embedded/pid-file.ts";
import { silentLog } from "../../src/log.ts";

export const isRoot = process.getuid?.() === 0;

/** An empty folder that everybody may enter; gone after the test, which fails if a server runs. */
export async function temporaryHome(): Promise<string> {
  const home = await makeHome();
  onTestFinished(() => removeHome(home));
  return home;
}

/**
 * A home with a database and no server, shared by the tests of a file because making one is most of
 * a test's time. A test finds it so and leaves it so.
 */
export function useStoppedHome(): { readonly path: string } {
  let path = "";
  beforeAll(async () => {
    path = await makeHome();
    const server = await startEmbeddedPostgres({ home: path, log: silentLog, durable: false });
    await server.stop();
  });
  afterAll(() => removeHome(path));
  return {
    get path() {
      return path;
    },
  };
}

async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "plimsoll-home-"));
  await chmod(home, 0o755);
  return home;
}

async function removeHome(home: string): Promise<void> {
  const lock = readPidFile(join(home, "postgres"));
  if (lock?.alive) process.kill(lock.pid, "SIGKILL");
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  if (lock?.alive) throw new Error(`A test left the server ${lock.pid} running.`);
}

/** Starts in this process, quick and unsafe unless told otherwise; stopped after the test. */
export async function start(
  home: string,
  options: Partial<EmbeddedOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ home, log: silentLog, durable: false, ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** The id of the server that holds a home's data folder. */
export function serverPid(home: string): number {
  const lock = readPidFile(join(home, "postgres"));
  if (!lock?.alive) throw new Error("No server is running.");
  return lock.pid;
}

export interface OtherProcess {
  child: ChildProcess;
  url: string;
  adopted: boolean;
  /** Ends the process the orderly way, server and all when it is the last user. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts in a process of its own, in its own process group, with an empty environment. */
export async function startElsewhere(home: string): Promise<OtherProcess> {
  const program = fileURLToPath(new URL("other-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, home], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PGPORT: "1", PGDATA: "/nowhere" },
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error("The other process ended before its server was up.");
  return {
    child,
    kill,
    ...(JSON.parse(first.value) as { url: string; adopted: boolean }),
    async stop() {
      child.stdin!.end();
      await exited;
    },
  };
}
