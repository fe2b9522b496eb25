/** The catalog's own schema behind the server: fresh answers, the feed over the wire. */
import { parse } from "graphql";
import { expect, onTestFinished, test, vi } from "vitest";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { schema } from "../../src/schema/index.ts";
import { isLasting } from "../../src/server/graphql/documents.ts";
import { startServer } from "../../src/server/index.ts";
import { modelRecord } from "../helpers/records.ts";
import { ask, get, subscribe } from "./ask.ts";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const COUNT = "{ catalogVersion models { totalCount } }";
interface Count {
  data: { catalogVersion: number; models: { totalCount: number } };
}

test("a commit makes every old tag old at once", async () => {
  const first = await get(server.url, COUNT);
  const before = (await first.json()) as { data: { models: { totalCount: number } } };
  const tag = first.headers.get("etag");
  expect((await get(server.url, COUNT, tag)).status).toBe(304);
  await server.addModel("example/Fresh-1B");
  const second = await get(server.url, COUNT, tag);
  expect(second.status).toBe(200);
  const after = (await second.json()) as typeof before;
  expect(after.data.models.totalCount).toBe(before.data.models.totalCount + 1);
});

test("a stampede costs the statements of one request, and a repetition none", async () => {
  const statementsOf = async (work: () => Promise<unknown>) => {
    const before = server.statements.length;
    await work();
    const sent = server.statements.slice(before);
    return sent.filter((statement) => !statement.includes("catalog_state"));
  };
  const page = (alias: string) => `{ ${alias}: models(first: 2) { totalCount nodes { slug } } }`;
  const one = await statementsOf(async () => (await get(server.url, page("one"))).text());
  expect(one.length).toBeGreaterThan(0);
  const many = () =>
    Promise.all(
      Array.from({ length: 30 }, async () => (await get(server.url, page("many"))).text()),
    );
  expect(await statementsOf(many)).toHaveLength(one.length);
  expect(await statementsOf(many)).toEqual([]);
});

test("what another process commits is seen after one notification", async () => {
  const before = (await (await get(server.url, COUNT)).json()) as Count;
  const other = connect({ url: server.databaseUrl });
  onTestFinished(() => other.close());
  // Without the word that goes round within this process.
  await other.db.transaction((tx) => writeRecords(tx, "other", [modelRecord("example/Far-1B")]));
  const after = await vi.waitUntil(async () => {
    const { data } = (await (await get(server.url, COUNT)).json()) as Count;
    return data.catalogVersion > before.data.catalogVersion && data;
  });
  expect(after.models.totalCount).toBe(before.data.models.totalCount + 1);
});

test("a client that names the version it has seen is never sent back by another server", async () => {
  const other = connect({ url: server.databaseUrl });
  const feed = await openFeed({ db: other.db, log: silentLog });
  const second = await startServer({
    ...{ host: "127.0.0.1", port: 0, db: other.db, feed, log: silentLog },
    readConfig: readPastedConfig,
  });
  onTestFinished(async () => {
    await second.close();
    await feed.close();
    await other.close();
  });
  const ask = async (url: string, seen: number) => {
    const response = await fetch(`${url}/graphql?${new URLSearchParams({ query: COUNT })}`, {
      headers: { accept: "application/json", "x-plimsoll-min-version": String(seen) },
    });
    const { data } = (await response.json()) as Count;
    const version = Number(response.headers.get("x-plimsoll-version"));
    expect(version).toBeGreaterThanOrEqual(seen);
    expect(data.catalogVersion).toBeGreaterThanOrEqual(version);
    return data.catalogVersion;
  };
  const writing = (async () => {
    for (let each = 0; each < 8; each++) {
      const record = modelRecord(`example/Torrent-${each}B`);
      await other.db.transaction((tx) => writeRecords(tx, "torrent", [record]));
    }
    return "done";
  })();
  const reading = Array.from({ length: 2 }, async () => {
    let seen = 0;
    for (let over: string | null = null; over === null; ) {
      for (const url of [server.url, second.url]) seen = await ask(url, seen);
      over = await Promise.race([writing, null]);
    }
    return seen;
  });
  const seen = await Promise.all(reading);
  const last = await feed.version();
  expect(Math.max(...seen)).toBeLessThanOrEqual(last);
  expect(await ask(server.url, last)).toBe(last);
});

test("the state of sources moves without an event, so it is never confirmed", async () => {
  const response = await get(server.url, "{ sources { healthy } }");
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).toBeNull();
});

test.each([
  "{ ingestRuns(first: 1) { totalCount } }",
  "{ ingestRuns(first: 1) { pageInfo { endCursor } } }",
  "{ sources { __typename } }",
  '{ node(id: "Source:test") { ... on Source { healthy } } }',
])("nor is anything else about them: %s", (query) => {
  expect(isLasting(schema, parse(query))).toBe(false);
});

test("the types that move without an event are still called so", () => {
  for (const name of ["Source", "IngestRun"]) {
    expect(schema.getType(name)?.extensions.volatile, name).toBe(true);
  }
});

test("a subscriber replays from a number, then sees what happens", async () => {
  const { body } = await ask(server.url, "{ catalogVersion }");
  const version = Number(body.data?.catalogVersion);
  const query = `subscription { catalogUpdated(after: ${version - 1}) { number modelSlug } }`;
  const { parts, leave } = await subscribe(server.url, query);
  onTestFinished(leave);
  const next = async () => (await parts.next()).value?.data?.data?.catalogUpdated;
  expect(await next()).toMatchObject({ number: version });
  await server.addModel("example/Live-1B");
  expect(await next()).toEqual({ number: version + 1, modelSlug: "live-1b" });
});

test("a number that the log has not reached is refused with a code", async () => {
  const { parts } = await subscribe(
    server.url,
    "subscription { catalogUpdated(after: 1e9) { number } }",
  );
  const { value } = await parts.next();
  expect(value?.data?.errors?.[0]?.extensions?.code).toMatch(/BAD_USER_INPUT|VALIDATION/);
});
