/**
 * What a worker does for the catalog beside reading sources: it brings the models that an older
 * estimator compiled to its own formula, and forgets events that are older than the retention.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../db/client.ts";
import { compactEvents } from "../db/compaction.ts";
import { recompileProfiles } from "../db/recompile.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

export interface UpkeepOptions {
  db: Database;
  log: Log;
  /** 0: events are kept for ever. */
  eventRetentionDays: number;
}

export interface Upkeep {
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;

/** Starts both in the background; a failure is told and tried again in an hour. */
export function startUpkeep({ db, log, eventRetentionDays }: UpkeepOptions): Upkeep {
  const closing = new AbortController();

  async function work(): Promise<void> {
    const changed = await recompileProfiles(db, closing.signal);
    if (changed > 0) log.info(`The memory of ${changed} models is computed by a newer formula.`);
    if (eventRetentionDays === 0) return;
    const cutoff = new Date(Date.now() - eventRetentionDays * DAY_MS);
    const removed = await compactEvents(db, cutoff);
    if (removed > 0)
      log.info(`${removed} events older than ${eventRetentionDays} days were removed.`);
  }

  async function keepUp(): Promise<void> {
    while (!closing.signal.aborted) {
      await work().catch((error) => {
        log.warn({ error: messageOf(error) }, "upkeep of the catalog failed; it is tried again");
      });
      const options = { signal: closing.signal, ref: false };
      await delay(EVERY_MS, undefined, options).catch(() => {});
    }
  }

  const running = keepUp();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
