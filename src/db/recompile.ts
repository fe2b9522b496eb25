/**
 * A new formula for the models that are stored already. Their profiles were compiled by an older
 * estimator, and no upstream has to change for the figures to: so they are compiled again in batches,
 * with one event for each model that weighs something else now.
 */
import { and, asc, eq, isNotNull, lt } from "drizzle-orm";
import { compile, PROFILE_VERSION } from "../estimator/index.ts";
import { lockAndLoad } from "./batch-state.ts";
import type { Database } from "./client.ts";
import { appendEvents, type NewEvent, writing } from "./event-log.ts";
import { type ModelRow, sameJson, searchTextOf } from "./model-row.ts";
import { models } from "./tables.ts";

/** What events of this kind name as their source. */
export const ESTIMATOR_SOURCE = "estimator";

const AT_ONCE = 100;

/**
 * Brings every stored profile to this estimator's version. Any number of workers may do it at once.
 * @returns how many models weigh something else now.
 */
export async function recompileProfiles(db: Database, signal?: AbortSignal): Promise<number> {
  let changed = 0;
  for (let more = true; more && !signal?.aborted; ) {
    const batch = await recompileBatch(db);
    changed += batch.changed;
    more = batch.found > 0;
  }
  return changed;
}

/** Locked as every writer locks, then looked at again: a row may have been brought up meanwhile. */
function recompileBatch(db: Database): Promise<{ found: number; changed: number }> {
  return writing(db, async (tx) => {
    const old = await tx
      .select({ id: models.huggingFaceId })
      .from(models)
      .where(and(lt(models.estimatorVersion, PROFILE_VERSION), isNotNull(models.architecture)))
      .orderBy(asc(models.slug))
      .limit(AT_ONCE);
    const state = await lockAndLoad(
      tx,
      old.map(({ id }) => id),
    );
    const events: NewEvent[] = [];
    for (const row of state.rows.values()) {
      if (row.architecture === null || row.estimatorVersion === PROFILE_VERSION) continue;
      const { contextLength } = row;
      const memoryProfile = { ...compile(row.architecture), contextLength };
      const searchText = searchTextOf(row.searchText);
      await tx
        .update(models)
        .set({ memoryProfile, searchText, estimatorVersion: PROFILE_VERSION })
        .where(eq(models.slug, row.slug));
      if (!sameFigures(row.memoryProfile, memoryProfile)) events.push(recompiledEvent(row));
    }
    if (old.length > 0) await appendEvents(tx, events);
    return { found: old.length, changed: events.length };
  });
}

function recompiledEvent(row: ModelRow): NewEvent {
  const { slug: modelSlug, familySlug, organizationSlug, estimatorVersion: from } = row;
  return {
    kind: "ESTIMATE_CHANGED",
    sourceId: ESTIMATOR_SOURCE,
    message: `The memory estimate of ${row.name} changed with version ${PROFILE_VERSION} of the formula.`,
    modelSlug,
    familySlug,
    organizationSlug,
    changes: [{ field: "estimatorVersion", from, to: PROFILE_VERSION }],
    fitBefore: row.status === "WITHDRAWN" ? null : row.fit,
  };
}

/** The version itself stands in a profile and is no figure. */
function sameFigures(before: object | null, after: object): boolean {
  return sameJson({ ...before, version: null }, { ...after, version: null });
}
