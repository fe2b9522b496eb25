/** What people measured: a layer of its own beside the estimates, which never changes them. */
import { date, index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";

export const measurements = pgTable(
  "measurements",
  {
    /** Hash of everything that was measured: the same reading told twice is one. */
    id: text("id").primaryKey(),
    /** Who brought it in: the bundled file's source, or `api`. */
    sourceId: text("source_id").notNull(),
    /** Not a reference: a reading may be older than the catalog's knowledge of its model. */
    huggingFaceId: text("hugging_face_id").notNull(),
    engine: text("engine").notNull(),
    engineVersion: text("engine_version"),
    device: text("device").notNull(),
    quant: text("quant").notNull(),
    contextTokens: integer("context_tokens").notNull(),
    sequences: integer("sequences").notNull(),
    cacheTypeK: text("cache_type_k"),
    cacheTypeV: text("cache_type_v"),
    totalBytes: count("total_bytes").notNull(),
    url: text("url"),
    origin: text("origin"),
    reportedBy: text("reported_by"),
    measuredOn: date("measured_on", { mode: "string" }),
    note: text("note"),
    addedAt: instant("added_at").notNull().defaultNow(),
  },
  (t) => [index("measurements_model").on(t.huggingFaceId)],
);
