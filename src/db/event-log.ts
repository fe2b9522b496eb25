/**
 * Appending to the change log. Numbers must be gap-safe: a reader that has seen number n must never
 * meet a smaller one later. A sequence cannot promise that, because a transaction that took 7 may
 * commit after one that took 8. So the numbers come from the single row of `catalog_state`: updating
 * it takes its lock until commit, which makes the order of numbers the order of commits. Append last
 * in a transaction, so that the lock is held only for the commit itself.
 */
import { eq, sql } from "drizzle-orm";
import type { Transaction } from "./client.ts";
import { catalogEvents, catalogState, type EventKind, type FactChange } from "./tables.ts";

export interface NewEvent {
  kind: EventKind;
  sourceId: string;
  /** One sentence for people. */
  message: string;
  modelSlug?: string | null;
  familySlug?: string | null;
  organizationSlug?: string | null;
  changes?: FactChange[];
}

/** The channel that wakes readers; its payload is the last number. */
export const EVENT_CHANNEL = "plimsoll_events";

/**
 * Appends events inside the caller's transaction and wakes the readers when it commits. Without any
 * events it only notes that something visible was written, so that kept answers are not confirmed.
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
    .returning({ last: catalogState.lastEvent });
  if (!state) throw new Error("The catalog_state row is missing: the database is not migrated.");
  if (events.length === 0) return state.last;
  const first = state.last - events.length + 1;
  await tx.insert(catalogEvents).values(
    events.map((event, index) => ({
      number: first + index,
      kind: event.kind,
      sourceId: event.sourceId,
      message: event.message,
      modelSlug: event.modelSlug ?? null,
      familySlug: event.familySlug ?? null,
      organizationSlug: event.organizationSlug ?? null,
      changes: event.changes ?? [],
    })),
  );
  await tx.execute(sql`select pg_notify(${EVENT_CHANNEL}, ${String(state.last)})`);
  return state.last;
}
