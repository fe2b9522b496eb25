/**
 * Models that an upstream no longer has. One look in vain proves nothing: upstreams hide, break and
 * come back. A model is withdrawn when it was missed on three different days; it stays in the catalog
 * with its last good facts, and is listed again as soon as its source reads it again.
 */
import { and, eq, sql } from "drizzle-orm";
import { writeRecords } from "./catalog.ts";
import type { Database } from "./client.ts";
import type { CatalogRecord } from "./records.ts";
import { absences, sourceRecords } from "./tables.ts";

const DAYS_UNTIL_WITHDRAWN = 3;

/** Notes that a model was looked for in vain; withdraws it on the third day. */
export async function noteAbsence(
  db: Database,
  sourceId: string,
  externalId: string,
  today = new Date().toISOString().slice(0, 10),
): Promise<void> {
  const key = and(eq(sourceRecords.sourceId, sourceId), eq(sourceRecords.externalId, externalId));
  const [stored] = await db.select().from(sourceRecords).where(key);
  if (!stored || stored.state === "missing") return;
  const [absence] = await db
    .insert(absences)
    .values({ sourceId, externalId, days: 1, lastDay: today })
    .onConflictDoUpdate({
      target: [absences.sourceId, absences.externalId],
      set: {
        days: sql`${absences.days} + (${absences.lastDay} < excluded.last_day)::int`,
        lastDay: sql`greatest(${absences.lastDay}, excluded.last_day)`,
      },
    })
    .returning({ days: absences.days });
  if ((absence?.days ?? 0) < DAYS_UNTIL_WITHDRAWN) return;
  const { modelSlug: _slug, contentHash: _hash, sourceId: _source, ...kept } = stored;
  const gone: CatalogRecord = { ...kept, url: kept.url ?? "", state: "missing", artifacts: [] };
  await writeRecords(db, sourceId, [{ ...gone, keepArtifacts: true }]);
}
