/**
 * Setting a record aside by hand, and releasing it. A held record is kept and read on, but its facts
 * and files no longer count: the model is merged anew from what the other sources say, and is
 * withdrawn when none of them makes it.
 */
import { and, eq } from "drizzle-orm";
import { applyBatch } from "./apply-batch.ts";
import type { Database, Transaction } from "./client.ts";
import { writing } from "./event-log.ts";
import { BY_HAND, recordsIn } from "./quarantine.ts";
import { artifacts, models, quarantine, sourceRecords } from "./tables.ts";

/** What one source says about one repository. */
export interface RecordKey {
  sourceId: string;
  externalId: string;
}

/** Sets a record aside; false when the source never said anything about this id. */
export async function holdRecord(db: Database, key: RecordKey, reason: string): Promise<boolean> {
  const { sourceId, externalId } = key;
  return writing(db, async (tx) => {
    const [stored] = await tx.select().from(sourceRecords).where(isRecord(key));
    const refused = await tx.$count(quarantine, recordsIn(sourceId, [externalId]));
    if (!stored && refused === 0) return false;
    await tx
      .insert(quarantine)
      .values({ ...key, revision: stored?.revision ?? null, code: BY_HAND, reason })
      .onConflictDoUpdate({
        target: [quarantine.sourceId, quarantine.externalId],
        set: { code: BY_HAND, reason },
      });
    await tx
      .delete(artifacts)
      .where(and(eq(artifacts.sourceId, sourceId), eq(artifacts.externalId, externalId)));
    await mergeAgain(tx, sourceId, stored?.modelSlug ?? null);
    return true;
  });
}

/**
 * Lets a record count again as it was last read, and has it read anew for its files; false when
 * nobody had set it aside.
 */
export async function releaseRecord(db: Database, key: RecordKey): Promise<boolean> {
  const { sourceId, externalId } = key;
  return writing(db, async (tx) => {
    const held = await tx
      .delete(quarantine)
      .where(and(recordsIn(sourceId, [externalId]), eq(quarantine.code, BY_HAND)))
      .returning({ id: quarantine.externalId });
    if (held.length === 0) return false;
    const [stored] = await tx
      .update(sourceRecords)
      .set({ readerVersion: 0, contentHash: "" })
      .where(isRecord(key))
      .returning({ modelSlug: sourceRecords.modelSlug });
    await mergeAgain(tx, sourceId, stored?.modelSlug ?? null);
    return true;
  });
}

function isRecord({ sourceId, externalId }: RecordKey) {
  return and(eq(sourceRecords.sourceId, sourceId), eq(sourceRecords.externalId, externalId));
}

async function mergeAgain(tx: Transaction, sourceId: string, slug: string | null): Promise<void> {
  if (slug === null) return;
  const [model] = await tx
    .select({ id: models.huggingFaceId })
    .from(models)
    .where(eq(models.slug, slug));
  if (model) await applyBatch(tx, sourceId, [], [model.id]);
}
