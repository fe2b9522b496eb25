/**
 * Taking back what a source no longer says. Files that people write are complete in themselves: an
 * entry that is not in them any more was taken out on purpose, and must not live on in the catalog.
 */
import { and, eq, inArray } from "drizzle-orm";
import { applyBatch } from "./apply-batch.ts";
import type { Database } from "./client.ts";
import { writing } from "./event-log.ts";
import { recordsIn } from "./quarantine.ts";
import { artifacts, measurements, models, quarantine, sourceRecords } from "./tables.ts";

/** Deletes records of a source, and merges their models again from what the others say. */
export async function retractRecords(
  db: Database,
  sourceId: string,
  externalIds: string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await writing(db, async (tx) => {
    const gone = await tx
      .delete(sourceRecords)
      .where(
        and(eq(sourceRecords.sourceId, sourceId), inArray(sourceRecords.externalId, externalIds)),
      )
      .returning({ slug: sourceRecords.modelSlug });
    await tx
      .delete(artifacts)
      .where(and(eq(artifacts.sourceId, sourceId), inArray(artifacts.externalId, externalIds)));
    await tx
      .delete(measurements)
      .where(
        and(eq(measurements.sourceId, sourceId), inArray(measurements.huggingFaceId, externalIds)),
      );
    await tx.delete(quarantine).where(recordsIn(sourceId, externalIds));
    const slugs = gone.flatMap(({ slug }) => slug ?? []);
    const about = await tx
      .select({ id: models.huggingFaceId })
      .from(models)
      .where(inArray(models.slug, slugs));
    if (about.length === 0) return;
    await applyBatch(
      tx,
      sourceId,
      [],
      about.map(({ id }) => id),
    );
  });
}
