/** What every source said, so that no value is ever lost; files it published; what was refused. */
import { index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "../facts.ts";
import { count, instant } from "./columns.ts";
import { models } from "./models.ts";

/** `artifacts` and `notes` are about a model that another record makes. */
export type RecordOutcome = "model" | "partial" | "artifacts" | "notes";

/** What one source says about one model, as last read. */
export const sourceRecords = pgTable(
  "source_records",
  {
    sourceId: text("source_id").notNull(),
    externalId: text("external_id").notNull(),
    /** Null for files of a model that is not in the catalog. */
    modelSlug: text("model_slug").references(() => models.slug),
    revision: text("revision"),
    url: text("url"),
    /** What the upstream lets us see: `open`, `gated`, `missing` … */
    state: text("state").notNull(),
    outcome: text("outcome").$type<RecordOutcome>().notNull(),
    reason: text("reason"),
    facts: jsonb("facts").$type<Partial<ModelFacts>>().notNull(),
    origins: jsonb("origins").$type<Partial<Record<FactName, FactOrigin>>>().notNull(),
    issues: jsonb("issues").$type<ModelIssue[]>().notNull(),
    /** Version of the source's reader; an older one is not trusted to know what is unchanged. */
    readerVersion: integer("reader_version").notNull(),
    /** Path to content hash of each file read, to save the next read. */
    files: jsonb("files").$type<Record<string, string>>().notNull(),
    /** Hash of everything the source said: equal input writes nothing. */
    contentHash: text("content_hash").notNull(),
    fetchedAt: instant("fetched_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.externalId] }),
    index("source_records_model").on(t.modelSlug),
    index("source_records_external").on(t.externalId),
  ],
);

/** Published weight files, with the bytes their publisher's server states. */
export const artifacts = pgTable(
  "artifacts",
  {
    modelSlug: text("model_slug")
      .notNull()
      .references(() => models.slug),
    sourceId: text("source_id").notNull(),
    /** The repository that holds the files. */
    externalId: text("external_id").notNull(),
    kind: text("kind").$type<"safetensors" | "gguf">().notNull(),
    /** Quantization label such as `Q4_K_M`, or the dtype of safetensors. */
    label: text("label").notNull(),
    files: integer("files").notNull(),
    bytes: count("bytes").notNull(),
    parameters: count("parameters"),
    /** Elements by tensor type, where the file's header was read. */
    types: jsonb("types").$type<Record<string, number>>(),
  },
  (t) => [primaryKey({ columns: [t.modelSlug, t.sourceId, t.externalId, t.kind, t.label] })],
);

/** Records that could not be accepted; the last good version of the model stays served. */
export const quarantine = pgTable(
  "quarantine",
  {
    sourceId: text("source_id").notNull(),
    externalId: text("external_id").notNull(),
    revision: text("revision"),
    code: text("code").notNull(),
    reason: text("reason").notNull(),
    firstSeenAt: instant("first_seen_at").notNull().defaultNow(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.sourceId, t.externalId] })],
);
