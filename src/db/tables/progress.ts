/**
 * What the runner remembers between runs: how far each source was read, why entries of a run were
 * left out, which models an upstream no longer has, and the former names of models.
 */
import { date, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";
import { models } from "./models.ts";
import { ingestRuns, sources } from "./runs.ts";

/** How far a source was read without a gap. */
export const sourceProgress = pgTable("source_progress", {
  sourceId: text("source_id")
    .primaryKey()
    .references(() => sources.id),
  /** By the upstream's own clock: nothing that changed before this is unread. */
  watermark: instant("watermark"),
  /** Complete runs since the last that listed everything. */
  runsSinceSweep: integer("runs_since_sweep").notNull().default(0),
});

/** The reasons of a run's report: what was left out or set aside, and how often. */
export const runReasons = pgTable(
  "run_reasons",
  {
    runId: text("run_id")
      .notNull()
      .references(() => ingestRuns.id, { onDelete: "cascade" }),
    /** `NOT_A_LANGUAGE_MODEL`, `GATED`, `UPSTREAM_UNAVAILABLE` … */
    code: text("code").notNull(),
    count: count("count").notNull(),
    /** One of the entries it was said of, with the sentence for people. */
    example: text("example"),
  },
  (t) => [primaryKey({ columns: [t.runId, t.code] })],
);

/** Models that a source listed once and does not have now. */
export const absences = pgTable(
  "absences",
  {
    sourceId: text("source_id").notNull(),
    externalId: text("external_id").notNull(),
    /** Different days on which it was looked for in vain. */
    days: integer("days").notNull(),
    lastDay: date("last_day", { mode: "string" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.sourceId, t.externalId] })],
);

/** Former slugs and repository ids; each leads to the model that has another one now. */
export const modelAliases = pgTable(
  "model_aliases",
  {
    /** A slug, or a repository id in lower case. */
    alias: text("alias").primaryKey(),
    modelSlug: text("model_slug")
      .notNull()
      .references(() => models.slug),
    since: instant("since").notNull().defaultNow(),
  },
  (t) => [index("model_aliases_model").on(t.modelSlug)],
);
