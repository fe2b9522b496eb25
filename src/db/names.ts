/**
 * Former names of models. When an upstream calls a repository otherwise, the model keeps its slug, its
 * facts and its events, and the former id leads to it. Where the new name had been taken in as a model
 * of its own, the two become one, and the older slug leads to the newer.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Database, Transaction } from "./client.ts";
import { appendEvents, writing } from "./event-log.ts";
import { organizationSlug } from "./owners.ts";
import {
  artifacts,
  catalogEvents,
  measurements,
  modelAliases,
  models,
  organizations,
  quarantine,
  sourceRecords,
} from "./tables.ts";
import { noteAbsence } from "./withdrawals.ts";

const GONE = ["missing", "private", "disabled"];

export interface NamedState {
  externalId: string;
  state: string;
  renamedTo: string | null;
}

/** Does what a repository's state asks of its model: follow it to a new name, or note that it is gone. */
export async function followName(
  db: Database,
  sourceId: string,
  { externalId, state, renamedTo }: NamedState,
): Promise<void> {
  if (renamedTo !== null) await renameModel(db, sourceId, externalId, renamedTo);
  else if (GONE.includes(state)) await noteAbsence(db, sourceId, externalId);
}

/** Gives the model of one repository id another; does nothing where there is no such model. */
export async function renameModel(
  db: Database,
  sourceId: string,
  from: string,
  to: string,
): Promise<void> {
  await writing(db, async (tx) => {
    for (const id of [from, to].toSorted()) {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`);
    }
    const rows = await tx
      .select()
      .from(models)
      .where(inArray(models.huggingFaceId, [from, to]));
    const old = rows.find((row) => row.huggingFaceId === from);
    const present = rows.find((row) => row.huggingFaceId === to);
    if (!old) return;
    if (present) await mergeInto(tx, old.slug, present.slug);
    else await rename(tx, old.slug, to);
    const kept = present ?? old;
    await moveRecords(tx, sourceId, from, to);
    await tx
      .insert(modelAliases)
      .values({ alias: from.toLowerCase(), modelSlug: kept.slug })
      .onConflictDoUpdate({ target: modelAliases.alias, set: { modelSlug: kept.slug } });
    const { slug: modelSlug, familySlug } = kept;
    const changes = [{ field: "huggingFaceId", from, to }];
    const message = `${from} is called ${to} now.`;
    const subject = { sourceId, modelSlug, familySlug, organizationSlug: organizationSlug(to) };
    await appendEvents(tx, [{ ...subject, kind: "MODEL_UPDATED", message, changes }]);
  });
}

async function rename(tx: Transaction, slug: string, to: string): Promise<void> {
  const owner = { slug: organizationSlug(to), name: to.split("/")[0] ?? to };
  await tx.insert(organizations).values(owner).onConflictDoNothing();
  await tx
    .update(models)
    .set({ huggingFaceId: to, organizationSlug: owner.slug, updatedAt: sql`now()` })
    .where(eq(models.slug, slug));
}

/** Everything that hangs on the older row hangs on the newer one afterwards. */
async function mergeInto(tx: Transaction, old: string, kept: string): Promise<void> {
  for (const table of [sourceRecords, catalogEvents, modelAliases]) {
    await tx.update(table).set({ modelSlug: kept }).where(eq(table.modelSlug, old));
  }
  await tx.delete(artifacts).where(eq(artifacts.modelSlug, old));
  await tx.delete(models).where(eq(models.slug, old));
  await tx.insert(modelAliases).values({ alias: old, modelSlug: kept });
}

/** The source's own record goes by the new id; one that is there already is the newer. */
async function moveRecords(tx: Transaction, sourceId: string, from: string, to: string) {
  const [newer] = await tx
    .select({ id: sourceRecords.externalId })
    .from(sourceRecords)
    .where(and(eq(sourceRecords.sourceId, sourceId), eq(sourceRecords.externalId, to)));
  const old = and(eq(sourceRecords.sourceId, sourceId), eq(sourceRecords.externalId, from));
  if (newer) await tx.delete(sourceRecords).where(old);
  else await tx.update(sourceRecords).set({ externalId: to }).where(old);
  await tx
    .update(artifacts)
    .set({ externalId: to })
    .where(and(eq(artifacts.sourceId, sourceId), eq(artifacts.externalId, from)));
  await tx
    .update(measurements)
    .set({ huggingFaceId: to })
    .where(eq(measurements.huggingFaceId, from));
  await tx
    .delete(quarantine)
    .where(and(eq(quarantine.sourceId, sourceId), eq(quarantine.externalId, from)));
}
