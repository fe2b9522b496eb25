/** Sources: the upstreams that the catalog reads, when they were read last and will be read next. */
import type { RunStatus } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { checkPageSize } from "./page.ts";

const RunStatusEnum = builder.enumType("RunStatus", {
  description: "How a run stands.",
  values: described<RunStatus>({
    RUNNING: "It has not ended.",
    SUCCEEDED: "It read all that the source has to say.",
    FAILED: "It gave up; `error` says why.",
  }),
});

const IngestRun = builder.drizzleObject("ingestRuns", {
  name: "IngestRun",
  description: "One reading of a source, with what came of the models it listed.",
  extensions: { volatile: true }, // runs move without an event of the catalog
  select: { columns: { id: true } },
  fields: (t) => ({
    id: t.exposeID("id", { description: "Identifies the run." }),
    status: t.expose("status", { type: RunStatusEnum, description: "How it stands." }),
    listed: t.exposeInt("listed", { description: "Models that the source listed." }),
    created: t.exposeInt("created", { description: "Models that were new." }),
    updated: t.exposeInt("updated", { description: "Models that changed." }),
    unchanged: t.exposeInt("unchanged", { description: "Models that were as before." }),
    partial: t.exposeInt("partial", { description: "Models taken in without an architecture." }),
    quarantined: t.exposeInt("quarantined", { description: "Records set aside as unfit." }),
    skipped: t.exposeInt("skipped", { description: "Entries that are not language models." }),
    failed: t.exposeInt("failed", { description: "Models that could not be fetched." }),
    error: t.exposeString("error", {
      nullable: true,
      description: "Why it failed; null when it did not.",
    }),
    seconds: t.exposeFloat("seconds", {
      nullable: true,
      description: "How long it took, in seconds; null while it runs.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it began." }),
    finishedAt: t.expose("finishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended; null while it runs.",
    }),
  }),
});

export const Source = builder.drizzleNode("sources", {
  name: "Source",
  description: "An upstream that the catalog is read from.",
  extensions: { volatile: true }, // its plan and its health move without an event of the catalog
  id: { column: (source) => source.id },
  select: { columns: { id: true } },
  fields: (t) => ({
    slug: t.exposeString("id", { description: "Short name, such as `huggingface`." }),
    title: t.exposeString("title", { description: "Display name." }),
    schedule: t.exposeString("schedule", {
      nullable: true,
      description: "When it is read, as the scheduler writes it; null when only on request.",
    }),
    nextRunAt: t.expose("nextRunAt", {
      type: "DateTime",
      nullable: true,
      description: "When it will be read next; null when nothing is planned.",
    }),
    healthy: t.exposeBoolean("healthy", { description: "False when the last run failed." }),
    lastError: t.exposeString("lastError", {
      nullable: true,
      description: "Why the last run failed; null when it did not.",
    }),
    lastSuccessAt: t.expose("lastSuccessAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was last read completely; null when never.",
    }),
    runs: t.field({
      type: [IngestRun],
      description: "Its runs, newest first.",
      args: {
        first: t.arg.int({ required: true, defaultValue: 1, description: "How many: 0 to 100." }),
      },
      select: ({ first }, _context, nested) => {
        checkPageSize("first", first);
        return { with: { runs: nested({ limit: first, orderBy: { startedAt: "desc" } }) } };
      },
      resolve: (source) => source.runs,
    }),
  }),
});

builder.queryField("sources", (t) =>
  t.drizzleField({
    type: [Source],
    description: "Every source, by id.",
    resolve: (query, _root, _args, { db }) =>
      db.query.sources.findMany(query({ orderBy: { id: "asc" } })),
  }),
);
