/** What Postgres alone can do: the rows that are stored, written again by bare multi-row upserts. */
import { asc, sql } from "drizzle-orm";
import type { Database } from "../../src/db/client.ts";
import { excluded } from "../../src/db/records.ts";
import { catalogEvents, models, sourceRecords } from "../../src/db/tables.ts";

const BATCH = 100;

/** Models per second, in the same batches and transactions as the ingester's. */
export async function bareUpserts(db: Database): Promise<number> {
  const rows = await db.select().from(models).orderBy(asc(models.slug));
  const records = await db.select().from(sourceRecords).orderBy(asc(sourceRecords.modelSlug));
  const events = await db.select().from(catalogEvents).orderBy(asc(catalogEvents.modelSlug));
  await db.execute(sql`truncate models, source_records, catalog_events cascade`);
  const plain = rows.map(({ releasedSort: _, parametersSort: __, ...row }) => row);
  const started = performance.now();
  for (let from = 0; from < plain.length; from += BATCH) {
    const part = plain.slice(from, from + BATCH);
    const slugs = new Set(part.map((row) => row.slug));
    const ofThese = <T extends { modelSlug: string | null }>(all: T[]) =>
      all.filter((row) => row.modelSlug !== null && slugs.has(row.modelSlug));
    await db.transaction(async (tx) => {
      const target = models.slug;
      await tx
        .insert(models)
        .values(part)
        .onConflictDoUpdate({ target, set: excluded(models) });
      const key = [sourceRecords.sourceId, sourceRecords.externalId];
      const set = excluded(sourceRecords);
      await tx
        .insert(sourceRecords)
        .values(ofThese(records))
        .onConflictDoUpdate({ target: key, set });
      await tx.insert(catalogEvents).values(ofThese(events)).onConflictDoNothing();
    });
  }
  return (plain.length * 1000) / (performance.now() - started);
}
