/** Sources and their runs: when they were read, how that went, and what is set aside. */
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { saveProgress } from "../../src/db/progress.ts";
import { type FinishedRun, finishRun, notePlan, startRun } from "../../src/db/runs.ts";
import { sources } from "../../src/db/tables.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const sourceId = "hugging-face";
const title = "Hugging Face Hub";
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();

async function run(id: string, changes: Partial<FinishedRun> = {}): Promise<void> {
  await startRun(catalog.db, { id, sourceId, title });
  await finishRun(catalog.db, {
    runId: id,
    sourceId,
    status: "SUCCEEDED",
    stopped: false,
    error: null,
    seconds: 1.5,
    listed: 3,
    created: 1,
    updated: 0,
    unchanged: 1,
    partial: 0,
    quarantined: 1,
    skipped: 4,
    failed: 0,
    reasons: {},
    ...changes,
  });
}

beforeAll(async () => {
  await notePlan(catalog.db, { sourceId, title, schedule: "17 * * * *", nextRunAt: inAnHour });
  await run("first");
  const reasons = {
    NO_CONFIG: { count: 1, example: "acme/Notes: It has no config.json" },
    NOT_A_LANGUAGE_MODEL: { count: 3, example: "acme/Painter: Its task is text-to-image" },
  };
  await run("second", { reasons });
  await saveProgress(catalog.db, sourceId, {
    watermark: "2026-01-02T03:04:05Z",
    runsSinceSweep: 0,
  });
  const issues = [{ code: "UPSTREAM_INVALID", field: "", message: "cut off" }];
  const refused = { outcome: "refused", reason: "It is cut off.", issues } as const;
  await writeRecords(catalog.db, sourceId, [modelRecord("acme/broken", refused)]);
});

describe("a source", () => {
  it("tells its last run with reasons, its next, how fresh it is and what is set aside", async () => {
    const { sources: all } = await catalog.ask(`{ sources {
      slug freshness watermark nextRunAt quarantinedCount
      quarantined { externalId code reason firstSeenAt }
      lastRun { id status created quarantined skipped reasons { code count example } }
      runs(first: 2) { id }
    } }`);
    const hub = all.find(({ slug }: { slug: string }) => slug === sourceId);
    expect(hub).toMatchObject({
      freshness: "FRESH",
      watermark: "2026-01-02T03:04:05.000Z",
      nextRunAt: inAnHour,
      quarantinedCount: 1,
      quarantined: [
        { externalId: "acme/broken", code: "UPSTREAM_INVALID", reason: "It is cut off." },
      ],
      lastRun: {
        id: "second",
        status: "SUCCEEDED",
        created: 1,
        reasons: [
          { code: "NOT_A_LANGUAGE_MODEL", count: 3 },
          { code: "NO_CONFIG", count: 1, example: "acme/Notes: It has no config.json" },
        ],
      },
      runs: [{ id: "second" }, { id: "first" }],
    });
    expect(catalog.statements).toHaveLength(1);
  });

  it("is never read, overdue or failing when that is so", async () => {
    const change = (values: Partial<typeof sources.$inferInsert>) =>
      catalog.db.update(sources).set(values).where(eq(sources.id, sourceId));
    const freshness = async () => {
      const { sources: all } = await catalog.ask("{ sources { slug freshness } }");
      return all.find(({ slug }: { slug: string }) => slug === sourceId).freshness;
    };
    const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
    await change({ nextRunAt: anHourAgo });
    expect(await freshness()).toBe("OVERDUE");
    await change({ healthy: false });
    expect(await freshness()).toBe("FAILING");
    await change({ healthy: true, lastSuccessAt: null });
    expect(await freshness()).toBe("NEVER_READ");
    await change({ lastSuccessAt: anHourAgo, nextRunAt: inAnHour });
    expect(await freshness()).toBe("FRESH");
  });
});

describe("the runs of all sources", () => {
  const QUERY = `query ($after: String, $filter: IngestRunFilter) {
    ingestRuns(first: 2, after: $after, filter: $filter) {
      totalCount
      nodes { id source { slug } reasons { code } }
      pageInfo { endCursor hasNextPage }
    }
  }`;

  it("come newest first, in pages", async () => {
    const first = (await catalog.ask(QUERY)).ingestRuns;
    expect(first.totalCount).toBe(3);
    expect(first.nodes).toMatchObject([
      { id: "second", source: { slug: sourceId } },
      { id: "first" },
    ]);
    const rest = (await catalog.ask(QUERY, { after: first.pageInfo.endCursor })).ingestRuns;
    expect(rest.nodes).toMatchObject([{ source: { slug: "snapshot" } }]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  it("can be those of one source, or those that failed", async () => {
    const count = async (filter: object) =>
      (await catalog.ask(QUERY, { filter })).ingestRuns.totalCount;
    expect(await count({ source: sourceId })).toBe(2);
    expect(await count({ status: "FAILED" })).toBe(0);
    expect(await count({ source: "nothing" })).toBe(0);
  });

  it("refuse a cursor of another list by name", async () => {
    const models = await catalog.ask("{ models(first: 1) { pageInfo { endCursor } } }");
    const after = models.models.pageInfo.endCursor;
    const { errors } = await catalog.answer(QUERY, { after });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "after" });
  });
});

describe("the health of a source", () => {
  it("stays as it was when a person stops a run, or when a run missed some models", async () => {
    await run("stopped", { status: "FAILED", stopped: true, error: "The run was stopped." });
    await run("missed", { failed: 1, error: "acme/a could not be fetched" });
    const { sources: all, ingestRuns } = await catalog.ask(`{
      sources { slug healthy lastError }
      ingestRuns(first: 2) { nodes { id error } }
    }`);
    expect(all).toContainEqual({ slug: sourceId, healthy: true, lastError: null });
    expect(ingestRuns.nodes).toEqual([
      { id: "missed", error: null },
      { id: "stopped", error: "The run was stopped." },
    ]);
  });
});
