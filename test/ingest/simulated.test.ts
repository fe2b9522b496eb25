/**
 * A Hub of several hundred models read again and again: what each reading asks and writes. The same at
 * ten thousand models, with times, is `bench/ingest.ts`.
 */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { sourceProgress } from "../../src/db/tables.ts";
import { createFlow } from "../../src/ingest/flow.ts";
import { LocalBudget } from "../../src/ingest/http/budget.ts";
import { createHttpClient } from "../../src/ingest/http/client.ts";
import { openQueue } from "../../src/ingest/queue.ts";
import type { RunReport } from "../../src/ingest/report.ts";
import { runSource } from "../../src/ingest/runner.ts";
import type { Source } from "../../src/ingest/source.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { sourceAt } from "../helpers/hub-server/index.ts";
import {
  type SimulatedHub,
  simulatedOrganizations,
  startSimulatedHub,
} from "../helpers/simulated-hub/index.ts";

const COUNT = 300;
const organizations = simulatedOrganizations(6);
const database = useTestDatabase();
let hub: SimulatedHub;
let connection: Connection;
let source: Source;

beforeAll(async () => {
  hub = await startSimulatedHub({ count: COUNT, organizations: 6 });
  connection = connect({ url: database.url });
  source = sourceAt(hub.url, { organizations });
});
afterAll(async () => {
  await connection.close();
  await hub.close();
});

function run(): Promise<RunReport> {
  const http = createHttpClient({ userAgent: "plimsoll-test", log });
  const { signal } = new AbortController();
  return runSource(source, { db: connection.db, http, log, signal, remember: true });
}

/** Changes with every row that is written to the catalog. */
async function contents(): Promise<unknown> {
  const tables = ["models", "source_records", "artifacts", "quarantine", "catalog_events"];
  const marks = tables.map((table) =>
    connection.db.execute(
      sql.raw(`select '${table}' as name, count(*), max(xmin::text::bigint) as last from ${table}`),
    ),
  );
  return (await Promise.all(marks)).flatMap((rows) => [...rows]);
}

describe("a Hub of several hundred models", { timeout: 120_000 }, () => {
  it("costs one file per model at first", async () => {
    const report = await run();
    expect(report).toMatchObject({ sweep: true, listed: COUNT, created: COUNT, failed: 0 });
    const asked = await hub.requests();
    expect(asked.list).toBeLessThanOrEqual(2 * organizations.length);
    expect(asked.resolve).toBeLessThan(1.2 * COUNT);
    expect(asked.info + asked.pathsInfo).toBe(0);
  });

  it("costs at most three listings and no write when nothing changed", async () => {
    const before = await contents();
    expect(await run()).toMatchObject({ sweep: false, created: 0, updated: 0, failed: 0 });
    expect(await contents()).toEqual(before);
    const { list, ...others } = await hub.requests();
    expect(list).toBeLessThanOrEqual(3);
    expect(others).toEqual({ info: 0, pathsInfo: 0, resolve: 0, refused: 0 });
  });

  it("costs one look per model whose card alone changed", async () => {
    const changed = await hub.change(0.03, "card");
    await run();
    const asked = await hub.requests();
    expect(asked).toMatchObject({ pathsInfo: changed, resolve: 0, info: 0 });
  });

  it("reads and tells exactly the models whose configuration changed", async () => {
    const changed = await hub.change(0.03, "config", 11);
    expect(await run()).toMatchObject({ updated: changed, created: 0 });
    const asked = await hub.requests();
    expect(asked.list).toBeLessThanOrEqual(3);
    expect(asked.resolve).toBeLessThan(2.2 * changed);
  });

  it("costs the listings of a sweep, no file and no write when the watermark is lost", async () => {
    await connection.db.delete(sourceProgress);
    const before = await contents();
    expect(await run()).toMatchObject({ sweep: true, listed: COUNT, created: 0, updated: 0 });
    expect(await contents()).toEqual(before);
    expect(await hub.requests()).toMatchObject({ resolve: 0, pathsInfo: 0, info: 0 });
  });
});

describe("a Hub that counts requests", { timeout: 120_000 }, () => {
  it("is never asked too much by two workers, who use what it allows", async () => {
    const quota = 60;
    const windowSeconds = 8;
    const rateLimit = { api: 1000, resolvers: quota, windowSeconds };
    const limited = await startSimulatedHub({ count: 150, organizations: 6, rateLimit });
    const name = "limited";
    const queues = await Promise.all(
      [1, 2].map(() => openQueue({ databaseUrl: database.url, redisUrl: null, log, name })),
    );
    try {
      const strict = { ...sourceAt(limited.url, { organizations }), id: "limited" };
      const sources = new Map([[strict.id, strict]]);
      for (const queue of queues) {
        const http = createHttpClient({ userAgent: "plimsoll-test", log, budget: queue.budget });
        queue.work(createFlow({ db: connection.db, http, log, sources }), () => {});
      }
      const started = performance.now();
      await queues[0]!.runNow("limited");
      const seconds = (performance.now() - started) / 1000;
      const { resolve, refused } = await limited.requests();
      expect(refused).toBe(0);
      // Every window is used up before the next is waited for, with a little caution at each.
      const windows = Math.ceil(resolve / quota);
      expect(seconds).toBeLessThan(windows * (windowSeconds + 3));
    } finally {
      for (const queue of queues) await queue.close();
      await limited.close();
    }
  });

  it("is asked by one process within what it announced", async () => {
    const rateLimit = { api: 1000, resolvers: 40, windowSeconds: 3 };
    const limited = await startSimulatedHub({ count: 100, organizations: 6, rateLimit });
    try {
      const strict = { ...sourceAt(limited.url, { organizations }), id: "strict" };
      const budget = new LocalBudget();
      const http = createHttpClient({ userAgent: "plimsoll-test", log, budget });
      const { signal } = new AbortController();
      const report = await runSource(strict, { db: connection.db, http, log, signal });
      expect(report).toMatchObject({ listed: 100, failed: 0 });
      expect(await limited.requests()).toMatchObject({ refused: 0 });
    } finally {
      await limited.close();
    }
  });
});
