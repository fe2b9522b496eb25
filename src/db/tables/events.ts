/** The numbered change log and the single row that numbers it. */
import {
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
} from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";
import { models } from "./models.ts";

export const EVENT_KINDS = [
  "MODEL_ADDED",
  "MODEL_UPDATED",
  "ESTIMATE_CHANGED",
  "MODEL_WITHDRAWN",
  "ARTIFACT_ADDED",
  "ARTIFACT_REMOVED",
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
    index("catalog_events_family").on(t.familySlug, t.number),
    index("catalog_events_organization").on(t.organizationSlug, t.number),
    index("catalog_events_kind").on(t.kind, t.number),
    foreignKey({ columns: [t.modelSlug], foreignColumns: [models.slug] }),
  ],
);

/**
 * What an event did to a model's memory, as the numbers that "what fits" is computed from; see
 * `models.fit`. Only events after which a model can be weighed, and differently from before, have one.
 */
export const eventFits = pgTable("event_fits", {
  number: count("number")
    .primaryKey()
    .references(() => catalogEvents.number, { onDelete: "cascade" }),
  /** Null for a model that was new, withdrawn or without a memory profile before. */
  before: doublePrecision("before").array(),
  after: doublePrecision("after").array().notNull(),
});

/** One row. Its lock orders the writers of the log; its number is the catalog's version. */
export const catalogState = pgTable("catalog_state", {
  id: integer("id").primaryKey(),
  lastEvent: count("last_event").notNull(),
  /** Goes up with every write that a reader could see, told in an event or not. */
  writes: count("writes").notNull(),
  /** Identifies this log, so that a cursor of another database is not taken for one of ours. */
  logId: text("log_id").notNull(),
  /** Events up to this number were removed; 0 while the log is whole. */
  compactedThrough: count("compacted_through").notNull().default(0),
});
