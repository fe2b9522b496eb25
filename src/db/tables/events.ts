/** The numbered change log and the single row that numbers it. */
import { foreignKey, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";
import { models } from "./models.ts";

export const EVENT_KINDS = [
  "MODEL_ADDED",
  "MODEL_UPDATED",
  "ESTIMATE_CHANGED",
  "MODEL_WITHDRAWN",
  "SOURCE_FAILED",
  "SOURCE_RECOVERED",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface FactChange {
  field: string;
  from: unknown;
  to: unknown;
}

/** The numbered log of everything that happened to the catalog. Append-only, without gaps. */
export const catalogEvents = pgTable(
  "catalog_events",
  {
    number: count("number").primaryKey(),
    kind: text("kind").$type<EventKind>().notNull(),
    modelSlug: text("model_slug"),
    familySlug: text("family_slug"),
    organizationSlug: text("organization_slug"),
    sourceId: text("source_id").notNull(),
    message: text("message").notNull(),
    changes: jsonb("changes").$type<FactChange[]>().notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    index("catalog_events_model").on(t.modelSlug, t.number),
    foreignKey({ columns: [t.modelSlug], foreignColumns: [models.slug] }),
  ],
);

/** One row. Its lock orders the writers of the log; its number is the catalog's version. */
export const catalogState = pgTable("catalog_state", {
  id: integer("id").primaryKey(),
  lastEvent: count("last_event").notNull(),
  /** Goes up with every write that a reader could see, told in an event or not. */
  writes: count("writes").notNull(),
  /** Identifies this log, so that a cursor of another database is not taken for one of ours. */
  logId: text("log_id").notNull(),
});
