/**
 * Gets a running server for a data folder, whatever state the last run has left. Each turn of the
 * loop looks at the lock file and takes the one step it calls for: adopt a server that is ready, wait
 * for one on its way up or down, start one where there is none. Postgres' own lock decides between
 * two starts at once; the loser comes round again and adopts the winner.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { ensureDatabase } from "./database.ts";
import { findFreePort, type LaunchPlan, launchServer } from "./launch.ts";
import { disownPidFile, type PidFile, readPidFile } from "./pid-file.ts";
import { lastLines } from "./programs.ts";
import { stopServer } from "./stop.ts";
import { unavailable } from "./unavailable.ts";

export interface RunningServer {
  pid: number;
  port: number;
  adopted: boolean;
  /** Says that the end of the server is wanted, so that it is not reported as a failure. */
  expectEnd(): void;
}

/** Recovery after a kill replays what was not yet written to the tables; this bounds it. */
const startTimeoutMs = 120_000;
/** How long launches may fail on a lock: survivors of a killed server need seconds, on a busy machine more. */
const lockTimeoutMs = 60_000;
const pauseMs = 50;

/** Returns when the server answers and has its database; throws when that cannot be had. */
export async function obtainServer(
  plan: LaunchPlan,
  password: string,
  log: Log,
  choosePort: () => Promise<number> = findFreePort,
): Promise<RunningServer> {
  const giveUpAt = Date.now() + startTimeoutMs;
  let lockedUntil = Number.POSITIVE_INFINITY;
  let obstacle = "";
  while (Date.now() < Math.min(giveUpAt, lockedUntil)) {
    const lock = readPidFile(plan.dataFolder);
    const found = lock?.alive
      ? await tryRunning(lock, password)
      : await tryLaunch(plan, lock, await choosePort(), password, giveUpAt - Date.now(), log);
    if (typeof found === "object") {
      const { pid, port, adopted } = found;
      log.info({ pid, port, adopted, dataFolder: plan.dataFolder }, "Postgres is up");
      return found;
    }
    obstacle = found;
    lockedUntil = lock?.alive
      ? Number.POSITIVE_INFINITY
      : Math.min(lockedUntil, Date.now() + lockTimeoutMs);
    log.debug({ obstacle }, "Postgres is not up yet");
    await sleep(pauseMs);
  }
  throw unavailable(
    `Postgres did not come up on ${plan.dataFolder}. Last obstacle: ${obstacle}. Its log is ${plan.logFile}.`,
  );
}

/** The server that holds the lock, or why it cannot be used now. */
async function tryRunning(lock: PidFile, password: string): Promise<RunningServer | string> {
  const { pid, port, status } = lock;
  if (status !== "ready") return `process ${pid} holds the data folder and is "${status}"`;
  try {
    await ensureDatabase(port, password);
    return { pid, port, adopted: true, expectEnd: () => {} };
  } catch (error) {
    return `process ${pid}, which holds the data folder, does not answer: ${messageOf(error)}`;
  }
}

/** A server of our own, or what stood in its way but may pass; throws on what will not pass. */
async function tryLaunch(
  plan: LaunchPlan,
  stale: PidFile | null,
  port: number,
  password: string,
  timeoutMs: number,
  log: Log,
): Promise<RunningServer | string> {
  if (stale !== null) await disownPidFile(plan.dataFolder, stale);
  const outcome = await launchServer(plan, port, timeoutMs);
  if (outcome.kind === "died" || outcome.kind === "slow") {
    throw unavailable(
      `Postgres could not be started on ${plan.dataFolder}:\n${lastLines(outcome.log)}`,
    );
  }
  if (outcome.kind !== "ready") return lastLines(outcome.log);
  let expected = false;
  outcome.child.once("exit", (code, signal) => {
    if (!expected) log.error({ code, signal, log: plan.logFile }, "Postgres has ended by itself");
  });
  const { pid } = outcome;
  const expectEnd = () => {
    expected = true;
  };
  try {
    await ensureDatabase(port, password);
    return { pid, port, adopted: false, expectEnd };
  } catch (error) {
    expectEnd();
    await stopServer({ pid, ...plan }, log);
    throw unavailable(`Postgres started but does not answer: ${messageOf(error)}`, error);
  }
}
