/** Runs: every reading of a source, with what came of the models it listed and why some were left out. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { ingestRuns, type RunStatus, type runReasons } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { checkText } from "./input-errors.ts";
import { type CursorPart, checkPage } from "./page.ts";

type Reason = Pick<typeof runReasons.$inferSelect, "code" | "count" | "example">;

const RunStatusEnum = builder.enumType("RunStatus", {
  description: "How a run stands.",
  values: described<RunStatus>({
    RUNNING: "It has not ended.",
    SUCCEEDED: "It read what the source has to say, but for what `failed` counts.",
    FAILED: "It gave up; `error` says why.",
  }),
});

const RunReason = builder.objectRef<Reason>("RunReason").implement({
  description: "Why entries of a run came out as they did.",
  extensions: { volatile: true }, // it belongs to a run
  fields: (t) => ({
    code: t.exposeString("code", {
      description: "Stable code, such as `NOT_A_LANGUAGE_MODEL` or `UPSTREAM_UNAVAILABLE`.",
    }),
    count: t.expose("count", { type: "BigInt", description: "How many entries it was said of." }),
    example: t.exposeString("example", {
      nullable: true,
      description: "One of them, in a sentence for people; null where there is nothing to say.",
    }),
  }),
});

export const IngestRun = builder.drizzleObject("ingestRuns", {
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
    skipped: t.exposeInt("skipped", {
      description: "Entries that were left out; `reasons` says why.",
    }),
    failed: t.exposeInt("failed", { description: "Models that could not be fetched." }),
    error: t.exposeString("error", {
      nullable: true,
      description: "Why it failed; null when it did not.",
    }),
    seconds: t.exposeFloat("seconds", {
      nullable: true,
      description: "How long it took, in seconds; null while it runs.",
    }),
    reasons: t.field({
      type: [RunReason],
      description: "Why entries were left out, set aside or not read, most frequent first.",
      select: { with: { reasons: { orderBy: { count: "desc", code: "asc" } } } },
      resolve: ({ reasons }) => reasons,
    }),
    source: t.relation("source", { description: "What was read." }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it began." }),
    finishedAt: t.expose("finishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended; null while it runs.",
    }),
  }),
});

const IngestRunConnection = builder.connectionObject(
  { type: IngestRun, name: "IngestRunConnection", description: "A page of runs." },
  { name: "IngestRunEdge", description: "A run and its place in the list." },
);

const IngestRunFilter = builder.inputType("IngestRunFilter", {
  description: "Which runs; conditions are joined by AND.",
  fields: (t) => ({
    source: t.string({ description: "Only of the source with this slug." }),
    status: t.field({ type: RunStatusEnum, description: "Only those that stand like this." }),
  }),
});

/** Newest first; the id tells runs of one moment apart. */
const ORDER: CursorPart[] = ["instant", "text"];

function conditions(
  table: typeof ingestRuns,
  filter: typeof IngestRunFilter.$inferInput | null | undefined,
): SQL | undefined {
  const { source, status } = filter ?? {};
  checkText("filter.source", source);
  return and(
    source == null ? undefined : eq(table.sourceId, source),
    status == null ? undefined : eq(table.status, status),
  );
}

builder.queryField("ingestRuns", (t) =>
  t.drizzleConnection(
    {
      type: "ingestRuns",
      description: "Every run that is remembered, of all sources, newest first.",
      args: {
        filter: t.arg({ type: IngestRunFilter, description: "Which runs; all when left out." }),
      },
      totalCount: (_root, args, { db }) => {
        checkPage(args, ORDER);
        return db.$count(ingestRuns, conditions(ingestRuns, args.filter));
      },
      resolve: (query, _root, args, { db }) => {
        checkPage(args, ORDER);
        const where = {
          RAW: (table: typeof ingestRuns) => conditions(table, args.filter) ?? sql`true`,
        };
        const orderBy = { startedAt: "desc", id: "desc" } as const;
        return db.query.ingestRuns.findMany(query({ where, orderBy }));
      },
    },
    IngestRunConnection,
  ),
);
