/**
 * One transaction's work: new records of one source become rows, files and events. Everything stored
 * about a model is merged again each time, so the result does not depend on the order of sources.
 */
import { sql } from "drizzle-orm";
import { artifactEvents } from "./artifact-events.ts";
import { type BatchState, lockAndLoad } from "./batch-state.ts";
import type { Transaction } from "./client.ts";
import { appendEvents, type NewEvent } from "./event-log.ts";
import { putMeasurements } from "./measurements.ts";
import { mergeFacts } from "./merge.ts";
import { addedEvent, updateEvent, withdrawnEvent } from "./model-events.ts";
import { difference, modelRow, type NewModelRow } from "./model-row.ts";
import { putOwners } from "./owners.ts";
import { release } from "./quarantine.ts";
import { adoptRecords, type CatalogRecord, excluded, putArtifacts, putRecords } from "./records.ts";
import { models, type RecordOutcome } from "./tables.ts";

export interface HashedRecord {
  record: CatalogRecord;
  hash: string;
}

export interface WriteResult {
  externalId: string;
  /** `skipped`: files or notes of a model that is not in the catalog yet. */
  outcome: "created" | "updated" | "unchanged" | "skipped" | "quarantined";
}

/**
 * Writes records that differ from what is stored; the caller has sorted out the others. Models named
 * in `alsoMerge` are merged again although nothing new was said about them.
 */
export async function applyBatch(
  tx: Transaction,
  sourceId: string,
  fresh: HashedRecord[],
  alsoMerge: string[] = [],
): Promise<WriteResult[]> {
  const about = fresh.map(({ record }) => modelIdOf(record)).filter((id) => id !== null);
  const ids = new Set([...about, ...alsoMerge]);
  const state = await lockAndLoad(tx, [...ids]);
  const made = new Set(
    fresh
      .map(({ record }) => record)
      .filter(
        ({ outcome, externalId }) => makesModel(outcome) && !state.isHeld(sourceId, externalId),
      )
      .map((record) => presentId(record, state)),
  );
  const orphans = fresh.filter(({ record }) => isOrphan(record, state, made));
  const storable = fresh.filter((item) => !orphans.includes(item));
  const results: WriteResult[] = orphans.map(({ record }) => skipped(record));
  const rows: NewModelRow[] = [];
  const events: NewEvent[] = [];
  const owned: Parameters<typeof putOwners>[1] = [];

  for (const [huggingFaceId, records] of byModel(storable, state, alsoMerge)) {
    const slug = state.slugs.get(huggingFaceId)!;
    const said = factsOf(sourceId, huggingFaceId, records, state);
    const previous = state.rows.get(huggingFaceId);
    if (!said.some((record) => makesModel(record.outcome))) {
      results.push(...records.map(skipped));
      if (!previous || previous.status === "WITHDRAWN") continue;
      // Nothing that counts makes the model any more: what there was of it is kept.
      const gone: NewModelRow = { ...previous, status: "WITHDRAWN" };
      rows.push(gone);
      events.push(withdrawnEvent(sourceId, gone, "no record of it counts any more"));
      continue;
    }
    const merged = mergeFacts(said);
    const row = modelRow({ slug, huggingFaceId }, merged, previous);
    if (said.some((record) => record.state === "missing")) row.status = "WITHDRAWN";
    const event = previous ? updateEvent(sourceId, previous, row) : addedEvent(sourceId, row);
    if (!previous || difference(previous, row).any) {
      rows.push(row);
      owned.push({ huggingFaceId, facts: merged.facts });
    }
    if (event) events.push(event);
    const outcome = !previous ? "created" : event ? "updated" : "unchanged";
    for (const record of records) {
      // Files are not what is new about a new model.
      const isBeside = record.outcome === "artifacts" && outcome === "created";
      results.push({ externalId: record.externalId, outcome: isBeside ? "unchanged" : outcome });
    }
  }

  await putOwners(tx, owned);
  await putModels(tx, rows);
  await adoptRecords(
    tx,
    state.records.filter(({ modelSlug }) => modelSlug === null).map(({ externalId }) => externalId),
  );
  await putRecords(
    tx,
    storable.map(({ record, hash }) => ({
      ...record,
      outcome: record.outcome as RecordOutcome,
      sourceId,
      contentHash: hash,
      modelSlug: slugOf(record, state, rows),
    })),
  );
  const filed = storable
    .map(({ record }) => record)
    .filter((record) => !record.keepArtifacts && !state.isHeld(sourceId, record.externalId));
  const told = filed.map((record) => ({
    record,
    model: state.rows.get(presentId(record, state)!),
  }));
  events.push(...(await artifactEvents(tx, sourceId, told)));
  await putArtifacts(
    tx,
    sourceId,
    filed.map((record) => record.externalId),
    filed.flatMap((record) =>
      artifactRows(sourceId, state.slugs.get(presentId(record, state)!)!, record),
    ),
  );
  await putMeasurements(
    tx,
    sourceId,
    storable.flatMap(({ record: { externalId, measurements } }) =>
      measurements ? [{ externalId, measurements }] : [],
    ),
  );
  await release(
    tx,
    sourceId,
    storable.map(({ record }) => record.externalId),
  );
  await appendEvents(tx, events);
  return results.map((result) =>
    state.isHeld(sourceId, result.externalId) ? { ...result, outcome: "quarantined" } : result,
  );
}

/** The model a record is about: its own id, or the model its files were converted from. */
function modelIdOf(record: CatalogRecord): string | null {
  return record.outcome === "artifacts" ? (record.facts.baseModel ?? null) : record.externalId;
}

/** The same by the model's present name. */
function presentId(record: CatalogRecord, { names }: BatchState): string | null {
  const id = modelIdOf(record);
  return id === null ? null : (names.get(id) ?? id);
}

/** Null for notes of a model that is not in the catalog yet. */
function slugOf(record: CatalogRecord, state: BatchState, rows: NewModelRow[]): string | null {
  const id = presentId(record, state)!;
  const exists = state.rows.has(id) || rows.some((row) => row.huggingFaceId === id);
  return exists ? (state.slugs.get(id) ?? null) : null;
}

function makesModel(outcome: string): boolean {
  return outcome === "model" || outcome === "partial";
}

/**
 * Files of a model that neither the catalog has nor this batch makes; the next sweep meets them again.
 */
function isOrphan(record: CatalogRecord, state: BatchState, made: Set<string | null>): boolean {
  const id = presentId(record, state);
  if (id === null) return true;
  return record.outcome === "artifacts" && !state.rows.has(id) && !made.has(id);
}

function skipped({ externalId }: CatalogRecord): WriteResult {
  return { externalId, outcome: "skipped" };
}

/** The records of each model that is to be merged; none for one of `also`. */
function byModel(items: HashedRecord[], state: BatchState, also: string[]) {
  const groups = new Map<string, CatalogRecord[]>(also.map((id) => [id, []]));
  for (const { record } of items) {
    const id = presentId(record, state)!;
    groups.set(id, [...(groups.get(id) ?? []), record]);
  }
  return groups;
}

/** What all sources say about a model, the new records in place of the stored ones they replace. */
function factsOf(sourceId: string, modelId: string, records: CatalogRecord[], state: BatchState) {
  const replaced = new Set(records.map((record) => record.externalId));
  const slug = state.slugs.get(modelId);
  const kept = state.records.filter(
    (row) =>
      (row.externalId === modelId || row.modelSlug === slug) &&
      !(row.sourceId === sourceId && replaced.has(row.externalId)),
  );
  const all = [...kept, ...records.map((record) => ({ ...record, sourceId }))];
  return all.filter(
    (record) => record.outcome !== "artifacts" && !state.isHeld(record.sourceId, record.externalId),
  );
}

function artifactRows(sourceId: string, modelSlug: string, record: CatalogRecord) {
  return record.artifacts.map((artifact) => ({
    ...artifact,
    label: artifact.label ?? "unnamed",
    sourceId,
    modelSlug,
  }));
}

async function putModels(tx: Transaction, rows: NewModelRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(models)
    .values(rows)
    .onConflictDoUpdate({
      target: models.slug,
      set: { ...excluded(models, ["createdAt"]), updatedAt: sql`now()` },
    });
}
