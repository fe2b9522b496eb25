/**
 * Looks now and then whether the queue still knows its schedulers. A Redis that keeps nothing on disk
 * comes back empty, and without this nothing would be done on time until somebody starts a worker.
 */
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

const EVERY_MS = 15_000;

export interface Plan {
  /** What is planned, for people. */
  title: string;
  /** Whether the queue still knows it. */
  isKept: () => Promise<boolean>;
  plan: () => Promise<void>;
}

export interface KeepPlansOptions {
  plans: readonly Plan[];
  log: Log;
  everyMs?: number | undefined;
}

/** Starts to look; gives the function that ends it. */
export function keepPlans({ plans, log, everyMs = EVERY_MS }: KeepPlansOptions): () => void {
  let looking = false;

  async function look(): Promise<void> {
    for (const { title, isKept, plan } of plans) {
      if (await isKept()) continue;
      log.warn(`the queue lost the schedule of ${title}; it is planned again`);
      await plan();
    }
  }

  const timer = setInterval(() => {
    // A queue that is gone keeps the last look waiting until it is back.
    if (looking) return;
    looking = true;
    look()
      .catch((error) => log.debug({ error: messageOf(error) }, "the plans cannot be looked at"))
      .finally(() => {
        looking = false;
      });
  }, everyMs).unref();
  return () => clearInterval(timer);
}
