/**
 * Orderly shutdown: what was opened last is closed first, each step within a bound. The first signal
 * starts it, the second ends the process at once.
 */
import cluster from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

/** What closing one thing may take. */
export const STEP_LIMIT_MS = 15_000;
/** For what closes by itself a moment later. */
const LEFTOVERS_MS = 500;
/** One Ctrl-C arrives twice where npm passes it on and the terminal sends it to everybody. */
const SAME_PRESS_MS = 100;

export class Closers {
  readonly #log: Log;
  readonly #steps: { name: string; close: () => Promise<void>; limitMs: number }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Notes something to close later, which may take some time more than usual; gives it back. */
  add<T extends { close(): Promise<void> }>(name: string, opened: T, moreMs = 0): T {
    const limitMs = STEP_LIMIT_MS + moreMs;
    this.#steps.push({ name, close: () => opened.close(), limitMs });
    return opened;
  }

  /** Closes everything, newest first; a step that fails or hangs does not keep the others. */
  async closeAll(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { name, close, limitMs } = step;
      const limit = new AbortController();
      const timeout = delay(limitMs, "late", { signal: limit.signal }).catch(() => "closed");
      const closing = close().then(
        () => "closed",
        (error) => {
          this.#log.warn({ error: messageOf(error) }, `${name} did not close cleanly`);
          return "closed";
        },
      );
      const result = await Promise.race([closing, timeout]);
      limit.abort();
      if (result === "late") this.#log.warn(`${name} did not close in ${limitMs / 1000} s`);
    }
  }
}

/** After everything was closed: what still keeps the process, such as a Redis that is gone, is left. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}

/**
 * Resolves at the first SIGINT or SIGTERM; the second exits with 130 whatever is still open. A member of
 * a cluster is told by the first process alone, and stops as well when that is gone.
 */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    if (cluster.isWorker) {
      process.on("SIGINT", () => {});
      process.once("SIGTERM", resolve);
      process.once("disconnect", () => resolve("SIGTERM"));
      return;
    }
    let askedAt: number | null = null;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (askedAt !== null && performance.now() - askedAt > SAME_PRESS_MS) process.exit(130);
        askedAt ??= performance.now();
        resolve(signal);
      });
    }
  });
}
