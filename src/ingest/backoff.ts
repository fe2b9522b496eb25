/** When a failed run is tried again: after what the upstream asked for, else growing pauses. */
import { PlimsollError } from "../errors.ts";

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/**
 * Milliseconds until the next attempt.
 * @param attemptsMade attempts that have failed so far, 1 after the first.
 */
export function nextDelayMs(attemptsMade: number, error: unknown): number {
  const asked = error instanceof PlimsollError ? error.details.retryAfterMs : null;
  const growing = Math.min(FIRST_PAUSE_MS * 2 ** (attemptsMade - 1), LONGEST_PAUSE_MS);
  return typeof asked === "number" ? Math.max(asked, growing) : growing;
}
