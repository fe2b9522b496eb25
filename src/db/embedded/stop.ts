/**
 * Stops the server: politely, then firmly, then by force. Each step is bounded, and the only thing
 * waited for is the process being gone, so a server that died by itself is never waited for.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../log.ts";
import type { Binaries } from "./binaries.ts";
import { isServerOf } from "./pid-file.ts";
import { inspectProcess } from "./process.ts";
import { runProgram } from "./programs.ts";

interface StopStep {
  signal: "SIGINT" | "SIGQUIT" | "SIGKILL";
  waitMs: number;
}

/** SIGINT ends sessions and writes everything down; after SIGQUIT the next start must recover. */
const defaultSteps: StopStep[] = [
  { signal: "SIGINT", waitMs: 20_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 2_000 },
];

export interface StopTarget {
  pid: number;
  dataFolder: string;
  binaries: Binaries;
}

/** Returns when the server process is gone, or after the last step, 27 seconds, in any case. */
export async function stopServer(
  target: StopTarget,
  log: Log,
  steps = defaultSteps,
): Promise<void> {
  const isGone = () => inspectProcess(target.pid) === null;
  for (const { signal, waitMs } of steps) {
    if (isServerOf(target.pid, target.dataFolder)) {
      if (signal !== "SIGINT") log.warn({ pid: target.pid, signal }, "Postgres is slow to stop");
      await sendSignal(target, signal).catch(() => {});
    }
    const giveUpAt = Date.now() + waitMs;
    while (!isGone() && Date.now() < giveUpAt) await sleep(10);
    if (isGone()) return;
  }
}

/** On Windows every signal kills outright; Postgres' own tool knows how to ask there. */
async function sendSignal(
  { pid, binaries }: StopTarget,
  signal: StopStep["signal"],
): Promise<void> {
  if (process.platform !== "win32") process.kill(pid, signal);
  else await runProgram(binaries.program("pg_ctl"), ["kill", signal.slice(3), String(pid)], {});
}
