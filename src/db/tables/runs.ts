/** Sources, their health, and their runs. */
import { boolean, doublePrecision, index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const sources = pgTable("sources", {
  id: text("id").primaryKey(),
  title: text("title").notNull(),
  schedule: text("schedule"),
  nextRunAt: instant("next_run_at"),
  healthy: boolean("healthy").notNull().default(true),
  lastError: text("last_error"),
  lastSuccessAt: instant("last_success_at"),
});

export type RunStatus = "RUNNING" | "SUCCEEDED" | "FAILED";

export const ingestRuns = pgTable(
  "ingest_runs",
  {
    id: text("id").primaryKey(),
    sourceId: text("source_id")
      .notNull()
      .references(() => sources.id),
    status: text("status").$type<RunStatus>().notNull(),
    listed: integer("listed").notNull().default(0),
    created: integer("created").notNull().default(0),
    updated: integer("updated").notNull().default(0),
    unchanged: integer("unchanged").notNull().default(0),
    partial: integer("partial").notNull().default(0),
    quarantined: integer("quarantined").notNull().default(0),
    skipped: integer("skipped").notNull().default(0),
    failed: integer("failed").notNull().default(0),
    error: text("error"),
    seconds: doublePrecision("seconds"),
    startedAt: instant("started_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [index("ingest_runs_source").on(t.sourceId, t.startedAt)],
);
