/**
 * Forgetting the old end of the change log. Only events older than the retention go, oldest first and
 * in small transactions; numbers are never given again, and the state says where the log begins now,
 * so that a reader who was away for longer is told instead of missing something.
 */
import { and, asc, eq, gt, gte, lte } from "drizzle-orm";
import type { Database } from "./client.ts";
import { appendEvents, writing } from "./event-log.ts";
import { catalogEvents, catalogState } from "./tables.ts";

const AT_ONCE = 5_000;

/**
 * Removes the events written before `cutoff` that have no younger one before them.
 * @returns how many were removed.
 */
export async function compactEvents(db: Database, cutoff: Date): Promise<number> {
  let removed = 0;
  for (let more = true; more; ) {
    const part = await compactPart(db, cutoff);
    removed += part;
    more = part === AT_ONCE;
  }
  return removed;
}

/** The state is changed first: whoever reads the events and then the state never misses a gap. */
function compactPart(db: Database, cutoff: Date): Promise<number> {
  return writing(db, async (tx) => {
    const [state] = await tx
      .select()
      .from(catalogState)
      .where(eq(catalogState.id, 1))
      .for("update");
    const start = state?.compactedThrough ?? 0;
    const limit = Math.min(start + AT_ONCE, state?.lastEvent ?? 0);
    const [kept] = await tx
      .select({ number: catalogEvents.number })
      .from(catalogEvents)
      .where(
        and(
          gt(catalogEvents.number, start),
          lte(catalogEvents.number, limit),
          gte(catalogEvents.at, cutoff.toISOString()),
        ),
      )
      .orderBy(asc(catalogEvents.number))
      .limit(1);
    const through = kept ? kept.number - 1 : limit;
    if (through <= start) return 0;
    await tx.update(catalogState).set({ compactedThrough: through }).where(eq(catalogState.id, 1));
    await tx.delete(catalogEvents).where(lte(catalogEvents.number, through));
    // Pages of the log look different now, so kept answers must not be given again.
    await appendEvents(tx, []);
    return through - start;
  });
}
