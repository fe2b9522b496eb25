/** Prometheus metrics: what is counted, that clients cannot make them grow, and where they are served. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { notePlan } from "../../src/db/runs.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog as log } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { createMetrics, type Metrics } from "../../src/server/metrics/index.ts";
import { serveMetrics } from "../../src/server/metrics/listener.ts";
import { serve } from "../../src/server/server.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";
import { ask, get, subscribe } from "./ask.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

/** The value of one line of the text format; undefined when there is none. */
function value(text: string, line: string): number | undefined {
  const found = text.split("\n").find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

describe("the metrics of an API over a catalog", () => {
  const database = useTestDatabase();
  const queue = { waiting: 3, active: 1, delayed: 0, failed: 2, oldestMs: 1500 };
  let metrics: Metrics;
  let connection: Connection;
  let feed: EventFeed;
  let server: RunningServer;

  beforeAll(async () => {
    metrics = createMetrics();
    connection = connect({ url: database.url, observe: metrics.observeStatement });
    const { db } = connection;
    await notePlan(db, { sourceId: "test", title: "Test", schedule: null, nextRunAt: null });
    await writeRecords(db, "test", [modelRecord("acme/rocket")]);
    feed = await openFeed({ db, log });
    const context = { db, feed, log, readConfig: readPastedConfig };
    const listening = { host: "127.0.0.1", port: 0, metrics, metricsText: metrics.text };
    server = await startServer({ ...context, ...listening });
    metrics.watch({ db, feed, queue: async () => queue, streams: () => server.streams });
  });
  afterAll(async () => {
    await server?.close();
    await feed?.close();
    await connection?.close();
    await metrics?.close();
  });

  const read = async () => (await fetch(`${server.url}/metrics`)).text();

  it("count answers by operation and by how they were made, and time those that were computed", async () => {
    const query = "query Names { models { nodes { name } } }";
    await ask(server.url, query);
    await ask(server.url, query);
    const { headers } = await get(server.url, query);
    await get(server.url, query, headers.get("etag"));
    await ask(server.url, "query Names { nope }");
    const text = await read();
    const answers = (kind: string, operation: string) =>
      value(text, `plimsoll_graphql_answers_total{operation="${operation}",answer="${kind}"}`);
    expect(answers("computed", "Names")).toBe(2);
    expect(answers("hit", "Names")).toBe(1);
    expect(answers("confirmed", "Names")).toBe(1);
    expect(answers("passed", "(unnamed)")).toBe(1);
    expect(value(text, `plimsoll_graphql_answer_seconds_count{answer="computed"}`)).toBe(2);
    expect(value(text, "plimsoll_graphql_cost_count")).toBe(2);
    expect(value(text, `plimsoll_graphql_cost_bucket{le="100"}`)).toBe(2);
  });

  it("count and time statements", async () => {
    const before = value(await read(), "plimsoll_sql_seconds_count") ?? 0;
    await ask(server.url, "query Other { families { nodes { name } } }");
    expect(value(await read(), "plimsoll_sql_seconds_count")).toBeGreaterThan(before);
    const failures = value(await read(), "plimsoll_sql_failures_total") ?? 0;
    await expect(connection.db.execute("select 1/0")).rejects.toThrow();
    expect(value(await read(), "plimsoll_sql_failures_total")).toBe(failures + 1);
  });

  it("tell of the queue, the sources, the feed and the process", async () => {
    const { parts, leave } = await subscribe(
      server.url,
      "subscription { catalogUpdated(after: 0) { number } }",
    );
    await parts.next();
    const text = await read();
    leave();
    expect(value(text, `plimsoll_queue_jobs{state="waiting"}`)).toBe(3);
    expect(value(text, "plimsoll_queue_oldest_seconds")).toBe(1.5);
    expect(value(text, `plimsoll_source_healthy{source="test"}`)).toBe(1);
    expect(value(text, "plimsoll_feed_subscribers")).toBe(1);
    expect(value(text, "plimsoll_feed_lag_events")).toBe(0);
    expect(value(text, "plimsoll_catalog_version")).toBe(1);
    expect(value(text, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });
});

describe("the metrics of a server", () => {
  it("keep no more names of operations than they are bound to", async () => {
    const metrics = createMetrics();
    const options = { ...tinyOptions(tinyFeed()), metrics, metricsText: metrics.text };
    const server = await serve(tinySchema, options);
    onTestFinished(() => server.close());
    for (let n = 0; n < 120; n++) await ask(server.url, `query Name${n} { version }`);
    const lines = (await metrics.text()).match(/^plimsoll_graphql_answers_total/gm);
    expect(lines).toHaveLength(101);
  });

  it("count a name that is longer than any should be among the others", async () => {
    const metrics = createMetrics();
    const options = { ...tinyOptions(tinyFeed()), metrics, metricsText: metrics.text };
    const server = await serve(tinySchema, options);
    onTestFinished(() => server.close());
    await ask(server.url, `query ${"n".repeat(10_000)} { version }`);
    const text = await metrics.text();
    expect(text).not.toContain("nnnn");
    expect(text).toMatch(/answers_total\{operation="\(others\)",answer="computed"\} 1/);
  });

  it("are not on the API's port when they have one of their own, which also tells of health", async () => {
    const metrics = createMetrics();
    const server = await serve(tinySchema, { ...tinyOptions(tinyFeed()), metrics });
    onTestFinished(() => server.close());
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    const own = await serveMetrics({
      ...{ host: "127.0.0.1", port: 0, log, text: metrics.text },
      readiness: async () => ({ ready: false, reasons: ["Not yet."] }),
      isStopping: () => false,
    });
    onTestFinished(() => own.close());
    const url = `http://127.0.0.1:${own.port}`;
    expect((await fetch(`${url}/metrics`)).headers.get("content-type")).toMatch(/^text\/plain/);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, reasons: ["Not yet."] },
    ]);
  });
});
