/**
 * What sources say, as stored: one row per source and upstream id. Reading and writing of these rows
 * for a batch; deciding what they mean for a model is `catalog.ts`.
 */
import { createHash } from "node:crypto";
import { and, eq, getColumns, inArray, isNull, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Transaction } from "./client.ts";
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "./facts.ts";
import type { Measurement } from "./measurements.ts";
import { artifacts, models, type RecordOutcome, sourceRecords } from "./tables.ts";

/** Weights in one format, as published. */
export interface CatalogArtifact {
  kind: "safetensors" | "gguf";
  label: string | null;
  files: number;
  bytes: number;
  parameters: number | null;
  /** Weights by the type they are stored in, where the files' headers were read. */
  types?: Record<string, number>;
  externalId: string;
}

/** What one source says about one model. */
export interface CatalogRecord {
  externalId: string;
  revision: string | null;
  fetchedAt: string;
  url: string;
  outcome: RecordOutcome | "unchanged" | "refused";
  state: string;
  reason: string | null;
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
  issues: ModelIssue[];
  artifacts: CatalogArtifact[];
  /** What people measured; absent: the record says nothing about that. */
  measurements?: Measurement[];
  /** The record says nothing about files: those that are stored stay. */
  keepArtifacts?: boolean;
  /** Version of the reader that made it. */
  readerVersion: number;
  files: Record<string, string>;
}

export type StoredRecord = typeof sourceRecords.$inferSelect;

/** Equal for equal content, whenever it was fetched. */
export function contentHash({ fetchedAt: _, ...content }: CatalogRecord): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url");
}

/** The stored records of one source, by upstream id. */
export async function recordsOf(
  db: Pick<Transaction, "select">,
  sourceId: string,
  externalIds: string[],
): Promise<Map<string, StoredRecord>> {
  const rows = await db
    .select()
    .from(sourceRecords)
    .where(
      and(
        eq(sourceRecords.sourceId, sourceId),
        // One parameter, however many ids: a statement can have 65,535.
        sql`${sourceRecords.externalId} = any(${sql.param(externalIds)}::text[])`,
      ),
    );
  return new Map(rows.map((row) => [row.externalId, row]));
}

/** Writes a source's records; an existing row of the same source and id is replaced. */
export async function putRecords(
  tx: Transaction,
  rows: (typeof sourceRecords.$inferInsert)[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(sourceRecords)
    .values(rows)
    .onConflictDoUpdate({
      target: [sourceRecords.sourceId, sourceRecords.externalId],
      set: excluded(sourceRecords),
    });
}

/** Notes that waited for their model hang on it from now on, where it is there. */
export async function adoptRecords(tx: Transaction, externalIds: string[]): Promise<void> {
  if (externalIds.length === 0) return;
  await tx
    .update(sourceRecords)
    .set({ modelSlug: sql`${models.slug}` })
    .from(models)
    .where(
      and(
        inArray(sourceRecords.externalId, externalIds),
        eq(models.huggingFaceId, sourceRecords.externalId),
        isNull(sourceRecords.modelSlug),
      ),
    );
}

/** Replaces what one source's repositories publish. */
export async function putArtifacts(
  tx: Transaction,
  sourceId: string,
  externalIds: string[],
  rows: (typeof artifacts.$inferInsert)[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx
    .delete(artifacts)
    .where(and(eq(artifacts.sourceId, sourceId), inArray(artifacts.externalId, externalIds)));
  if (rows.length > 0) await tx.insert(artifacts).values(rows).onConflictDoNothing();
}

/** `set` of an upsert that takes every stored column from the new row. */
export function excluded(table: PgTable, except: string[] = []) {
  const columns = Object.entries(getColumns(table)).filter(
    ([key, column]) => !except.includes(key) && column.generated === undefined,
  );
  return Object.fromEntries(
    columns.map(([key, column]) => [key, sql.raw(`excluded."${column.name}"`)]),
  );
}
