/** Reading the change log in Postgres: where it stands, and parts of it. */
import { and, asc, gt, lte } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { Database } from "../db/client.ts";
import { catalogEvents, catalogState } from "../db/tables.ts";
import { PlimsollError } from "../errors.ts";
import { type CatalogEvent, type EventFilter, filterCondition } from "./filter.ts";

/** Most events of one read. */
export const READ_AT_ONCE = 200;

export interface LogState {
  /** Number of the newest event: the catalog's version. */
  lastEvent: number;
  /** Goes up with everything that a reader could see. */
  writes: number;
  /** Identifies the log. */
  logId: string;
  /** Events up to this number were removed. */
  compactedThrough: number;
}

export async function readState(db: Database): Promise<LogState> {
  const [row] = await db.select().from(catalogState);
  return row ?? { lastEvent: 0, writes: 0, logId: "", compactedThrough: 0 };
}

export interface LogRange {
  /** Number of the last event already seen. */
  after: number;
  /** Number of the last event wanted. Everything up to it must be committed, as it is once seen. */
  through: number;
  filter?: EventFilter | null | undefined;
}

export interface LogPart {
  events: CatalogEvent[];
  /** Where to read on: everything up to this number has been looked at. */
  position: number;
}

/**
 * The next events of a range that pass its filter, oldest first.
 * @throws PlimsollError `EVENTS_COMPACTED` when events of the range were removed.
 */
export async function readRange(
  db: Database,
  { after, through, filter }: LogRange,
): Promise<LogPart> {
  const events = await db
    .select()
    .from(catalogEvents)
    .where(
      and(
        gt(catalogEvents.number, after),
        lte(catalogEvents.number, through),
        filterCondition(filter),
      ),
    )
    .orderBy(asc(catalogEvents.number))
    .limit(READ_AT_ONCE);
  // Looked at after the events, so that nothing can have gone in between unnoticed.
  checkNotCompacted(after, await readState(db));
  const full = events.length === READ_AT_ONCE;
  return { events, position: full ? events.at(-1)!.number : through };
}

/** Reads like `readRange`, once for the many subscribers that come back at once and ask the same. */
export function createPartReader(db: Database): (range: LogRange) => Promise<LogPart> {
  const parts = new LRUCache<string, Promise<LogPart>>({ max: 100, ttl: 10_000 });
  return (range) => {
    const key = JSON.stringify(range);
    const known = parts.get(key);
    if (known) return known;
    const part = readRange(db, range);
    parts.set(key, part);
    part.catch(() => parts.delete(key));
    return part;
  };
}

/** Throws when events after this number were removed; the error says where to go on. */
export function checkNotCompacted(after: number, { compactedThrough, lastEvent }: LogState): void {
  if (after >= compactedThrough) return;
  throw new PlimsollError(
    "EVENTS_COMPACTED",
    `Events up to ${compactedThrough} are no longer kept, so what happened after ${after} cannot be told completely. Read the catalog anew and go on after ${lastEvent}.`,
    { details: { after, oldest: compactedThrough + 1, resyncAfter: lastEvent } },
  );
}

/** The error of a reader who is ahead of the log, which was restored from an older copy. */
export function replaced(after: number, lastEvent: number): PlimsollError {
  return new PlimsollError(
    "EVENTS_COMPACTED",
    `The log was replaced by an older one, which ends at ${lastEvent}. Read the catalog anew and go on after that.`,
    { details: { after, resyncAfter: lastEvent } },
  );
}
