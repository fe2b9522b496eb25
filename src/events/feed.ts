/**
 * The change feed of one process: any number of subscribers over one LISTEN connection. The log in
 * Postgres is the truth; a notification is only a hint to look, and a slow poll looks anyway in case
 * a hint was lost. Each subscriber reads the log from its own position, so replay and live delivery
 * are the same code: there is no hand-over at which an event could be lost or doubled.
 */
import { EventEmitter } from "node:events";
import { asc, gt } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { EVENT_CHANNEL, ownCommits, readLogState } from "../db/event-log.ts";
import { catalogEvents, type EventKind, catalogState as stateRow } from "../db/tables.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import { type CatalogClock, catalogState, createCatalogClock } from "./catalog-clock.ts";

export type CatalogEvent = typeof catalogEvents.$inferSelect;

/** Null and missing members match everything; several members must all match. */
export interface EventFilter {
  kinds?: EventKind[] | null;
  family?: string | null;
  organization?: string | null;
  model?: string | null;
}

export interface SubscribeOptions {
  /** Number of the last event already seen; missing means "from now on". */
  after?: number | null;
  filter?: EventFilter | null;
  signal: AbortSignal;
}

export interface EventFeed {
  /** Events with a number above `after`, in order, then live until `signal` aborts. */
  subscribe(options: SubscribeOptions): AsyncIterable<CatalogEvent>;
  /** Number of the newest event: the catalog's version. */
  version(): Promise<number>;
  /** The catalog's state without a query; see there for what it promises. */
  readonly clock: CatalogClock;
  close(): Promise<void>;
}

export interface FeedOptions {
  db: Database;
  log: Log;
  /** How often to look when no notification arrives. */
  pollMs?: number;
}

const READ_AT_ONCE = 200;

/** Opens the LISTEN connection; postgres.js opens a new one by itself whenever it breaks. */
export async function openFeed({ db, log, pollMs = 10_000 }: FeedOptions): Promise<EventFeed> {
  const bell = new EventEmitter().setMaxListeners(0);
  let rings = 0;
  let closed = false;

  const clock = createCatalogClock(async () => {
    const [row] = await db.select().from(stateRow);
    if (!row) throw new Error("The catalog_state row is missing: the database is not migrated.");
    return catalogState(row.lastEvent, row.writes, row.logId);
  });

  function ring(payload: string): void {
    const state = readLogState(payload);
    if (state) clock.heard(catalogState(state.lastEvent, state.writes, state.logId));
    else clock.doubt(); // told by another release
    look();
  }

  /** Lets every subscriber read on from its position. */
  function look(): void {
    rings++;
    bell.emit("ring");
  }

  const version = async () => {
    const [row] = await db.select({ lastEvent: stateRow.lastEvent }).from(stateRow);
    return row?.lastEvent ?? 0;
  };

  ownCommits.on("commit", clock.doubt);
  // The second callback runs after every (re)connection, when hints may have been missed.
  const listening = await db.$client.listen(EVENT_CHANNEL, ring, () => {
    clock.listening();
    look();
  });

  /** Resolves at the next hint, after `pollMs`, or when the subscriber leaves. */
  function nextRing(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        bell.off("ring", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, pollMs);
      bell.on("ring", done);
      signal.addEventListener("abort", done);
    });
  }

  async function* subscribe({ after, filter, signal }: SubscribeOptions) {
    let position = after ?? (await version());
    while (!closed && !signal.aborted) {
      const ringsBefore = rings;
      const events = await readAfter(db, position).catch((error) => {
        log.warn({ error: messageOf(error) }, "the change log cannot be read; trying again");
        return [];
      });
      for (const event of events) {
        if (closed || signal.aborted) return;
        position = event.number;
        if (matches(event, filter)) yield event;
      }
      const caughtUp = events.length < READ_AT_ONCE && rings === ringsBefore;
      if (caughtUp && !closed && !signal.aborted) await nextRing(signal);
    }
  }

  return {
    subscribe,
    version,
    clock,
    async close() {
      closed = true;
      ownCommits.off("commit", clock.doubt);
      look();
      await listening.unlisten().catch(() => {});
    },
  };
}

/** The next part of the log after a number, oldest first. */
async function readAfter(db: Database, after: number): Promise<CatalogEvent[]> {
  return db
    .select()
    .from(catalogEvents)
    .where(gt(catalogEvents.number, after))
    .orderBy(asc(catalogEvents.number))
    .limit(READ_AT_ONCE);
}

function matches(event: CatalogEvent, filter: EventFilter | null | undefined): boolean {
  if (!filter) return true;
  return (
    (!filter.kinds || filter.kinds.includes(event.kind)) &&
    (!filter.family || filter.family === event.familySlug) &&
    (!filter.organization || filter.organization === event.organizationSlug) &&
    (!filter.model || filter.model === event.modelSlug)
  );
}
