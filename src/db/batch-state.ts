/**
 * What is stored about the models of a batch, read under lock. Models are locked in one order, so two
 * workers that write the same models wait for each other and never in a circle.
 */
import { eq, inArray, or, sql } from "drizzle-orm";
import type { Transaction } from "./client.ts";
import type { ModelRow } from "./model-row.ts";
import { heldByHand } from "./quarantine.ts";
import type { StoredRecord } from "./records.ts";
import { chooseSlug, slugify } from "./slugs.ts";
import { modelAliases, models, sourceRecords } from "./tables.ts";

export interface BatchState {
  /** Existing rows by Hugging Face id. */
  rows: Map<string, ModelRow>;
  /** Slug of every model of the batch, kept or newly chosen. */
  slugs: Map<string, string>;
  /** What every source said about these models; files of theirs are not among it. */
  records: StoredRecord[];
  /** Present id of each model of the batch that is asked for by a former one. */
  names: Map<string, string>;
  /** Whether a person set a record aside, so that it does not count. */
  isHeld: (sourceId: string, externalId: string) => boolean;
}

/** Locks the models until the transaction ends and reads everything stored about them. */
export async function lockAndLoad(tx: Transaction, modelIds: string[]): Promise<BatchState> {
  if (modelIds.length === 0) {
    return {
      rows: new Map(),
      slugs: new Map(),
      records: [],
      names: new Map(),
      isHeld: () => false,
    };
  }
  const names = await presentNames(tx, modelIds);
  const present = modelIds.map((id) => names.get(id) ?? id);
  const sorted = [...new Set(present)].toSorted();
  const keys = sql.join(
    sorted.map((id) => sql`(hashtextextended(${id}, 0))`),
    sql`, `,
  );
  await tx.execute(sql`select pg_advisory_xact_lock(key) from (values ${keys}) as ids(key)`);
  const existing = await tx.select().from(models).where(inArray(models.huggingFaceId, sorted));
  const rows = new Map(existing.map((row) => [row.huggingFaceId, row]));
  const slugs = await assignSlugs(tx, sorted, rows);
  const ids = [...new Set([...sorted, ...modelIds])];
  // Records under a former name hang on the model by its slug.
  const about = or(
    inArray(sourceRecords.externalId, ids),
    inArray(sourceRecords.modelSlug, [...slugs.values()]),
  );
  const records = await tx.select().from(sourceRecords).where(about);
  const isHeld = await heldByHand(tx, [...records.map((record) => record.externalId), ...ids]);
  return { rows, slugs, records, names, isHeld };
}

async function presentNames(tx: Transaction, ids: string[]): Promise<Map<string, string>> {
  const lower = new Map(ids.map((id) => [id.toLowerCase(), id]));
  const rows = await tx
    .select({ alias: modelAliases.alias, id: models.huggingFaceId })
    .from(modelAliases)
    .innerJoin(models, eq(models.slug, modelAliases.modelSlug))
    .where(inArray(modelAliases.alias, [...lower.keys()]));
  return new Map(rows.map(({ alias, id }) => [lower.get(alias) ?? alias, id]));
}

async function assignSlugs(
  tx: Transaction,
  modelIds: string[],
  rows: Map<string, ModelRow>,
): Promise<Map<string, string>> {
  const slugs = new Map([...rows].map(([id, row]) => [id, row.slug]));
  const unnamed = modelIds.filter((id) => !slugs.has(id));
  if (unnamed.length === 0) return slugs;
  const candidates = unnamed.flatMap((id) => [slugify(id.split("/").at(-1) ?? id), slugify(id)]);
  const inUse = await tx
    .select({ slug: models.slug })
    .from(models)
    .where(inArray(models.slug, candidates));
  const taken = new Set(inUse.map((row) => row.slug));
  for (const id of unnamed) {
    const slug = chooseSlug(id, (candidate) => taken.has(candidate));
    taken.add(slug);
    slugs.set(id, slug);
  }
  return slugs;
}
