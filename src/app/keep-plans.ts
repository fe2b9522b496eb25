/**
 * Looks now and then whether the queue still knows its schedulers. A Redis that keeps nothing on disk
 * comes back empty, and without this no source would be read again until somebody starts a worker.
 */
import { messageOf } from "../errors.ts";
import type { IngestQueue } from "../ingest/queue.ts";
import type { Log } from "../log.ts";
import type { PlannedSource } from "./sources.ts";

const EVERY_MS = 15_000;

export interface KeepPlansOptions {
  queue: Pick<IngestQueue, "isScheduled">;
  planned: readonly PlannedSource[];
  plan: (planned: PlannedSource) => Promise<void>;
  log: Log;
  everyMs?: number;
}

/** Starts to look; gives the function that ends it. */
export function keepPlans(options: KeepPlansOptions): () => void {
  const { queue, plan, log, everyMs = EVERY_MS } = options;
  const scheduled = options.planned.filter(({ schedule }) => schedule !== null);
  let looking = false;

  async function look(): Promise<void> {
    for (const each of scheduled) {
      if (await queue.isScheduled(each.source.id)) continue;
      log.warn(`the queue lost the schedule of ${each.source.title}; it is planned again`);
      await plan(each);
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
