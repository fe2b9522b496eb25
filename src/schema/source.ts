/** Sources: the upstreams that the catalog reads, when they were read last and will be read next. */
import { sql } from "drizzle-orm";
import { quarantine, type sources } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { IngestRun } from "./ingest-run.ts";
import { checkPageSize } from "./page.ts";

type Freshness = "FRESH" | "OVERDUE" | "FAILING" | "NEVER_READ";

const FreshnessEnum = builder.enumType("SourceFreshness", {
  description: "How far what the catalog has of a source can be relied on to be what it says now.",
  values: described<Freshness>({
    FRESH: "It was read when it was to be read.",
    OVERDUE: "Its next run was due more than ten minutes ago and has not begun.",
    FAILING: "Its last run failed; what was read before is served.",
    NEVER_READ: "It was never read completely.",
  }),
});

const GRACE_MS = 10 * 60_000;

const QuarantinedRecord = builder
  .objectRef<typeof quarantine.$inferSelect>("QuarantinedRecord")
  .implement({
    description:
      "A record that was not accepted. The last good version of its model stays served, unless a person set it aside.",
    extensions: { volatile: true }, // what is set aside is no event
    fields: (t) => ({
      externalId: t.exposeString("externalId", {
        description: "The source's own id, such as a repository.",
      }),
      revision: t.exposeString("revision", {
        nullable: true,
        description: "Revision that was refused; null when the source has none.",
      }),
      code: t.exposeString("code", {
        description: "Stable code, such as `UPSTREAM_INVALID` or `SET_ASIDE_BY_HAND`.",
      }),
      reason: t.exposeString("reason", { description: "Why, in a sentence for people." }),
      firstSeenAt: t.expose("firstSeenAt", {
        type: "DateTime",
        description: "When it was first set aside.",
      }),
      lastSeenAt: t.expose("lastSeenAt", {
        type: "DateTime",
        description: "When its reason or revision last changed.",
      }),
    }),
  });

/** One function for all uses: the planner tells extra columns apart by identity. */
const quarantinedCount = ({ id }: typeof sources) =>
  sql<number>`(select count(*) from ${quarantine} where ${quarantine.sourceId} = ${id})`.mapWith(
    Number,
  );

export const Source = builder.drizzleNode("sources", {
  name: "Source",
  description: "An upstream that the catalog is read from.",
  extensions: { volatile: true }, // its plan and its health move without an event of the catalog
  id: { column: (source) => source.id },
  select: { columns: { id: true } },
  fields: (t) => ({
    slug: t.exposeString("id", { description: "Short name, such as `hugging-face`." }),
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
    watermark: t.field({
      type: "DateTime",
      nullable: true,
      description:
        "Everything that the source changed before this has been read, by its own clock; null when it tells no times.",
      select: { with: { progress: { columns: { watermark: true } } } },
      resolve: ({ progress }) => progress?.watermark ?? null,
    }),
    freshness: t.field({
      type: FreshnessEnum,
      description: "Whether it is read as planned.",
      select: { columns: { healthy: true, lastSuccessAt: true, nextRunAt: true } },
      resolve: ({ healthy, lastSuccessAt, nextRunAt }): Freshness => {
        if (!healthy) return "FAILING";
        if (lastSuccessAt === null) return "NEVER_READ";
        const isLate = nextRunAt !== null && Date.parse(nextRunAt) + GRACE_MS < Date.now();
        return isLate ? "OVERDUE" : "FRESH";
      },
    }),
    quarantinedCount: t.int({
      description: "How many of its records are set aside now.",
      select: { extras: { quarantinedCount } },
      resolve: (source) => source.quarantinedCount,
    }),
    quarantined: t.field({
      type: [QuarantinedRecord],
      description: "Its records that are set aside, latest first.",
      args: {
        first: t.arg.int({ required: true, defaultValue: 20, description: "How many: 0 to 100." }),
      },
      select: ({ first }, _context, nested) => {
        checkPageSize("first", first);
        const orderBy = { lastSeenAt: "desc", externalId: "asc" } as const;
        return { with: { quarantined: nested({ limit: first, orderBy }) } };
      },
      resolve: (source) => source.quarantined,
    }),
    lastRun: t.field({
      type: IngestRun,
      nullable: true,
      description: "Its newest run, which may be at work; null when there was none.",
      select: (_args, _context, nested) => ({
        with: { newestRuns: nested({ limit: 1, orderBy: { startedAt: "desc", id: "desc" } }) },
      }),
      resolve: ({ newestRuns: [newest] }) => newest ?? null,
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
