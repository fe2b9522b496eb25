/**
 * Waiting for what is not there yet. A database or a Redis that is starting, restarting or cut off
 * comes back by itself, so the program waits and says so; what is wrong (a password, a missing
 * database) will not pass, and ends the program with a sentence.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isUnreachable, reasonOf } from "../db/failures.ts";
import { PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** How often the same sentence is worth a line. */
const REMIND_MS = 30_000;

/**
 * Opens something as soon as that is possible; null when `stopping` came first. `onWait`
 * is called at each attempt that failed.
 */
export async function whenReachable<T>(
  open: () => Promise<T>,
  what: string,
  stopping: AbortSignal,
  log: Log,
  onWait: () => void = () => {},
): Promise<T | null> {
  let saidAt = Number.NEGATIVE_INFINITY;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (stopping.aborted) return null;
    try {
      return await open();
    } catch (error) {
      if (stopping.aborted) return null;
      if (!passes(error)) throw error;
      onWait();
      if (performance.now() - saidAt >= REMIND_MS) {
        log.warn({ reason: reasonOf(error) }, `${what} cannot be reached; waiting for it`);
        saidAt = performance.now();
      }
    }
    await sleep(pauseMs, undefined, { signal: stopping }).catch(() => {});
  }
}

function passes(error: unknown): boolean {
  return error instanceof PlimsollError ? error.retryable : isUnreachable(error);
}
