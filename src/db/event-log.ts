/**
 * Appending to the change log. Numbers must be gap-safe: a reader that has seen number n must never
 * meet a smaller one later. A sequence cannot promise that, because a transaction that took 7 may
 * commit after one that took 8. So the numbers come from the single row of `catalog_state`: updating
 * it takes its lock until commit, which makes the order of numbers the order of commits. Append last
 * in a transaction, so that the lock is held only for the commit itself.
 */
import { EventEmitter } from "node:events";
import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "./client.ts";
import { catalogEvents, catalogState, type EventKind, type FactChange, models } from "./tables.ts";

export interface NewEvent {
  kind: EventKind;
  sourceId: string;
  /** One sentence for people. */
  message: string;
  modelSlug?: string | null;
  familySlug?: string | null;
  organizationSlug?: string | null;
  changes?: FactChange[];
  /**
   * The model's `fit` before, for events after which it may be weighed differently; null when it could
   * not be weighed. What it is since is read from the model's row.
   */
  fitBefore?: number[] | null;
}

/** The channel that wakes readers; its payload is the new state as JSON, see `LogState`. */
export const EVENT_CHANNEL = "plimsoll_events";

/** The row of `catalog_state` after a write. */
export interface LogState {
  lastEvent: number;
  writes: number;
  logId: string;
}

/** The state in a notification; null when it is not written as this release writes it. */
export function readLogState(payload: string): LogState | null {
  return payload.startsWith("{") ? JSON.parse(payload) : null;
}

/**
 * Says `commit` after each transaction of this process that may have written. A notification brings
 * the same news to all processes, a moment later: whoever wrote must not read the old state meanwhile.
 */
export const ownCommits = new EventEmitter().setMaxListeners(0);

/** Runs a transaction that writes what readers can see. */
export async function writing<T>(
  db: Database | Transaction,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await db.transaction(work);
  } finally {
    ownCommits.emit("commit");
  }
}

/**
 * Appends events inside the caller's transaction and wakes the readers when it commits. Without any
 * events it only notes that something visible was written, so that kept answers are not given again.
 * @returns the number of the last event, which is the catalog's new version.
 */
export async function appendEvents(tx: Transaction, events: NewEvent[]): Promise<number> {
  const [state] = await tx
    .update(catalogState)
    .set({
      lastEvent: sql`${catalogState.lastEvent} + ${events.length}`,
      writes: sql`${catalogState.writes} + 1`,
    })
    .where(eq(catalogState.id, 1))
    .returning({
      lastEvent: catalogState.lastEvent,
      writes: catalogState.writes,
      logId: catalogState.logId,
    });
  if (!state) throw new Error("The catalog_state row is missing: the database is not migrated.");
  const first = state.lastEvent - events.length + 1;
  if (events.length > 0) {
    const numbered = events.map((event, index) => ({ ...event, number: first + index }));
    await tx.insert(catalogEvents).values(
      numbered.map((event) => ({
        number: event.number,
        kind: event.kind,
        sourceId: event.sourceId,
        message: event.message,
        modelSlug: event.modelSlug ?? null,
        familySlug: event.familySlug ?? null,
        organizationSlug: event.organizationSlug ?? null,
        changes: event.changes ?? [],
      })),
    );
    await keepFits(tx, numbered);
  }
  const payload = JSON.stringify(state satisfies LogState);
  await tx.execute(sql`select pg_notify(${EVENT_CHANNEL}, ${payload})`);
  return state.lastEvent;
}

/** Keeps what the models weigh before and since, where it differs; a withdrawn model fits nowhere. */
async function keepFits(tx: Transaction, events: (NewEvent & { number: number })[]): Promise<void> {
  const rows = events.flatMap(({ number, modelSlug, fitBefore }) => {
    if (modelSlug == null || fitBefore === undefined) return [];
    const before = fitBefore && `{${fitBefore.join(",")}}`;
    return [sql`(${number}::bigint, ${modelSlug}::text, ${before}::float8[])`];
  });
  if (rows.length === 0) return;
  await tx.execute(sql`insert into event_fits (number, before, after)
    select told.number, told.before, ${models.fit}
    from (values ${sql.join(rows, sql`, `)}) as told(number, slug, before)
    join ${models} on ${models.slug} = told.slug
    where ${models.status} <> 'WITHDRAWN' and ${models.fit} is not null
      and ${models.fit} is distinct from told.before`);
}
