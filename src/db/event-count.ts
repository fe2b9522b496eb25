/**
 * How many events of the log a condition leaves. Numbers have no gaps, so all of them are counted by
 * the first and the last. Under a condition a long log is counted on a sample of its numbers; where that finds many, it decides, and the answer says that it is an estimate.
 */
import { and, gt, type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { COUNTED_EXACTLY, type Count, roughly, TELLING } from "./model-count.ts";
import { catalogEvents } from "./tables.ts";

/** Numbers that are looked at: some milliseconds' worth. */
const SAMPLED_NUMBERS = 2_000;

/**
 * The number of events after number `after`.
 *
 * @param condition undefined for all of them.
 */
export async function countEvents(
  db: Database,
  after: number,
  condition: SQL | undefined,
  countedExactly = COUNTED_EXACTLY,
): Promise<Count> {
  const { number } = catalogEvents;
  const [span] = await db
    .select({
      before: sql`greatest(min(${number}) - 1, ${after})`.mapWith(Number),
      last: sql`coalesce(max(${number}), 0)`.mapWith(Number),
    })
    .from(catalogEvents);
  const { before, last } = span!;
  const all = Math.max(0, last - before);
  if (condition === undefined) return { value: all, isEstimate: false };
  if (all > countedExactly) {
    const step = Math.ceil(all / SAMPLED_NUMBERS);
    // At no fixed distance, because kinds of events take turns.
    const chosen = sql`first + (hashint8(first) & 2147483647) % ${step}::int8`;
    const [sample] = await db.execute<{ found: number }>(sql`select count(*)::int as found
      from generate_series(${before + 1}::int8, ${last}::int8, ${step}::int8) as steps(first)
      join ${catalogEvents} on ${number} = ${chosen} where ${condition}`);
    const { found } = sample!;
    if (found >= TELLING) return { value: roughly(found * step), isEstimate: true };
  }
  const value = await db.$count(catalogEvents, and(gt(number, after), condition));
  return { value, isEstimate: false };
}
