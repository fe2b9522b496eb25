/**
 * The change feed of one process: any number of subscribers over one LISTEN connection and one reader.
 * The log in Postgres is the truth; a notification is only a hint to look, and a slow poll looks anyway
 * in case a hint was lost. New events are read once and kept for a while in memory (`tail.ts`). Each
 * subscriber has a position of its own and takes from memory what is there and from the log what is
 * not, so replay and live delivery are the same code: there is no hand-over at which an event could be
 * lost or doubled. Decision 0004 says why.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../db/client.ts";
import { ownCommits, readLogState } from "../db/event-log.ts";
import type { ReadPool } from "../db/replicas.ts";
import { messageOf, PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import { hangBell } from "./bell.ts";
import {
  type CatalogClock,
  type CatalogState,
  catalogState,
  createCatalogClock,
} from "./catalog-clock.ts";
import { type CatalogEvent, type EventFilter, mayPass } from "./filter.ts";
import {
  checkNotCompacted,
  createPartReader,
  type LogPart,
  type LogState,
  READ_AT_ONCE,
  readRange,
  readState,
  replaced,
} from "./log-reader.ts";
import { Tail } from "./tail.ts";

export type { CatalogEvent, EventFilter } from "./filter.ts";

export interface SubscribeOptions {
  /** Number of the last event already seen; missing means "from now on". */
  after?: number | null;
  filter?: EventFilter | null;
  signal: AbortSignal;
}

export interface EventFeed {
  /**
   * Events with a number above `after`, in order, then live until `signal` aborts.
   * @throws PlimsollError `EVENTS_COMPACTED` when events it has to tell were removed from the log.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<CatalogEvent>;
  /**
   * What follows a position, as soon as there is something; nothing when the signal aborts. The steps
   * of `subscribe`, for who wants to know how far it has come.
   */
  next(
    position: number,
    filter: EventFilter | null | undefined,
    signal: AbortSignal,
  ): Promise<LogPart>;
  /** Number of the newest event that this process has heard of. */
  readonly newest: number;
  /** Number of the newest event: the catalog's version. */
  version(): Promise<number>;
  /** The catalog's state without a query; see there for what it promises. */
  readonly clock: CatalogClock;
  /** Whether there is a connection that listens; without one no new event is read. */
  readonly listening: boolean;
  /** Throws `EVENTS_COMPACTED` when events after this number are no longer kept. */
  checkKept(after: number): Promise<void>;
  close(): Promise<void>;
}

export interface FeedOptions {
  db: Database;
  /** Where questions are answered, when that is not `db`: its replicas, which may be behind it. */
  replicas?: Pick<ReadPool, "readers" | "onChange">;
  log: Log;
  /** How often to look when no notification arrives. */
  pollMs?: number;
  /** Between two signs of life of the connection that listens. */
  heartbeatMs?: number;
}

/** Pause before the log is read again after that failed. */
const RETRY_MS = 500;

/** Opens the connection that listens. Works without it as well, by polling, until it is back. */
export async function openFeed(options: FeedOptions): Promise<EventFeed> {
  const { db, log, pollMs = 5_000, heartbeatMs = 5_000 } = options;
  const closing = new AbortController();
  const start = await readState(db);
  const tail = new Tail(Math.max(start.compactedThrough, start.lastEvent - READ_AT_ONCE));
  let reading: Promise<void> | null = null;
  let rings = 0;
  /** Null while none listens; with the next one everything that was missed is read. */
  let listener: Database | null = null;

  const readers = options.replicas?.readers ?? [db];
  const lagging = options.replicas !== undefined;
  const clock = createCatalogClock(() => leastState(readers), { lagging });
  options.replicas?.onChange(clock.readersChanged);

  /** Not every notification is about an event: a write may only have changed figures. */
  function onRing(payload: string): void {
    const state = readLogState(payload);
    if (state) clock.heard(catalogState(state.lastEvent, state.writes, state.logId));
    else clock.doubt(); // told by another release
    if (state?.lastEvent !== tail.newest) look();
  }

  function onListening(connection: Database | null): void {
    listener = connection;
    if (listener) {
      clock.listening();
      look();
    } else clock.deaf();
  }

  /** Reads what is new, once for everybody; a ring during the reading makes it look again. */
  function look(): void {
    rings++;
    // Without a connection it would end before it is noted that it has begun, and none would follow.
    if (listener && !closing.signal.aborted) reading ??= readNew();
  }

  async function readNew(): Promise<void> {
    for (let seen = -1; seen !== rings && listener && !closing.signal.aborted; ) {
      seen = rings;
      const connection: Database = listener;
      try {
        const state = await readState(connection);
        if (isAnotherLog(state)) tail.restart(state.lastEvent);
        while (tail.newest < state.lastEvent) {
          const range = { after: tail.newest, through: state.lastEvent };
          const { events } = await readRange(connection, range);
          if (events.length === 0) throw new Error(`The log has nothing after ${tail.newest}.`);
          tail.append(events);
        }
      } catch (error) {
        log.warn({ error: messageOf(error) }, "the change log cannot be read; trying again");
        await pause();
        rings++;
      }
    }
    // In the same step as the last look at the rings, so that none is lost in between.
    reading = null;
  }

  /** After a restore from a backup, or when this process slept through a compaction. */
  function isAnotherLog({ lastEvent, compactedThrough }: LogState): boolean {
    return lastEvent < tail.newest || compactedThrough > tail.newest;
  }

  const pause = () => delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});

  const read = createPartReader(db);

  /** What follows a position, from memory where that is enough. */
  async function partAfter(
    position: number,
    filter: EventFilter | null | undefined,
  ): Promise<LogPart> {
    const recent = tail.after(position)?.filter((event) => mayPass(event, filter));
    const decided = recent && (recent.length === 0 || !filter?.fits);
    if (decided) return { events: recent, position: tail.newest };
    try {
      return await read({ after: position, through: tail.newest, filter });
    } catch (error) {
      if (error instanceof PlimsollError && error.code === "EVENTS_COMPACTED") throw error;
      log.warn({ error: messageOf(error) }, "the change log cannot be read; trying again");
      await pause();
      return { events: [], position };
    }
  }

  async function next(
    position: number,
    filter: EventFilter | null | undefined,
    signal: AbortSignal,
  ): Promise<LogPart> {
    while (!closing.signal.aborted && !signal.aborted) {
      const isReplaced = position > tail.newest && position <= tail.replacedThrough;
      if (isReplaced) throw replaced(position, tail.newest);
      if (position < tail.newest) return partAfter(position, filter);
      await tail.change(signal);
    }
    return { events: [], position };
  }

  async function* subscribe({ after, filter, signal }: SubscribeOptions) {
    let position = after ?? (await version());
    while (!closing.signal.aborted && !signal.aborted) {
      const part = await next(position, filter, signal);
      for (const event of part.events) {
        if (closing.signal.aborted || signal.aborted) return;
        yield event;
      }
      position = part.position;
    }
  }

  const version = async () => (await readState(db)).lastEvent;

  ownCommits.on("commit", clock.doubt);
  const bell = await hangBell({ db, log, onRing, onListening, heartbeatMs });
  const poll = setInterval(look, pollMs).unref();
  look();

  return {
    subscribe,
    next,
    get newest() {
      return tail.newest;
    },
    version,
    clock,
    get listening() {
      return listener !== null;
    },
    async checkKept(after) {
      checkNotCompacted(after, await readState(db));
    },
    async close() {
      closing.abort();
      clearInterval(poll);
      ownCommits.off("commit", clock.doubt);
      tail.wake();
      await bell.close();
      await reading;
    },
  };
}

/** What all of these databases have reached. */
async function leastState(readers: readonly Database[]): Promise<CatalogState> {
  const states = await Promise.all(readers.map(readState));
  const { lastEvent, writes, logId } = states.reduce((least, each) =>
    each.writes < least.writes ? each : least,
  );
  return catalogState(lastEvent, writes, logId);
}
