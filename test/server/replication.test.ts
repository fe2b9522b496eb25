/**
 * Reading from a real standby, which lags, stops and comes back: no answer is older than the version
 * it carries or than the one that was asked for, and one that is kept is not given under a later one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient as createSseClient, type Client as SseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createQueueAccess } from "../../src/app/queue-access.ts";
import { readPastedConfig as readConfig } from "../../src/app/read-config.ts";
import { apiReadiness } from "../../src/app/readiness.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { openReplicas } from "../../src/db/replicas.ts";
import { openFeed } from "../../src/events/feed.ts";
import { silentLog as log } from "../../src/log.ts";
import { startServer } from "../../src/server/index.ts";
import { type OwnPostgres, startOwnPostgres } from "../helpers/own-postgres.ts";
import { modelRecord } from "../helpers/records.ts";
import { type Standby, startStandby } from "../helpers/standby.ts";

let primary: OwnPostgres;
let standby: Standby;
let connection: Connection;

beforeAll(async () => {
  primary = await startOwnPostgres();
  await migrateDatabase(primary.url);
  standby = await startStandby(primary);
  connection = connect({ url: primary.url });
}, 60_000);
afterAll(async () => {
  await connection?.close();
  await standby?.close();
  await primary?.close();
});

const add = (...names: string[]) =>
  writeRecords(
    connection.db,
    "test",
    names.map((name) => modelRecord(`acme/${name}`)),
  );

/** An API over both, which reads from the standby alone while that is in use. */
async function startApi(mostLagMs: number) {
  const pool = await openReplicas({
    ...{ primary: connection.db, urls: [standby.url], log },
    ...{ checkMs: 100, mostLagMs },
  });
  const feed = await openFeed({ db: connection.db, replicas: pool, log });
  const server = await startServer({
    ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log, readConfig },
    readFrom: pool.pick,
  });
  onTestFinished(async () => {
    await server.close();
    await feed.close();
    await pool.close();
  });
  const names = async (least?: number) => {
    const query = "{ models(first: 100) { nodes { name } } }";
    const response = await fetch(`${server.url}/graphql?${new URLSearchParams({ query })}`, {
      headers: {
        accept: "application/graphql-response+json",
        ...(least !== undefined && { "x-plimsoll-min-version": String(least) }),
      },
    });
    const { data, errors } = (await response.json()) as {
      data?: { models: { nodes: { name: string }[] } };
      errors?: { extensions: { code: string } }[];
    };
    return {
      status: response.status,
      version: Number(response.headers.get("x-plimsoll-version")),
      tag: response.headers.get("etag"),
      names: data?.models.nodes.map(({ name }) => name) ?? [],
      code: errors?.[0]?.extensions.code,
    };
  };
  return { pool, feed, names, url: server.url };
}

it("answers nobody from before the version that he has seen", { timeout: 60_000 }, async () => {
  const { pool, feed, names } = await startApi(60_000);
  await add("First");
  const first = await feed.version();
  await expect.poll(async () => (await names(first)).names).toContain("First");
  expect(pool.status()).toEqual({ configured: 1, inUse: 1 });

  await standby.pause();
  onTestFinished(() => standby.resume());
  await add("Second");
  const second = await feed.version();
  const old = await names();
  expect(old).toMatchObject({ version: first, status: 200 });
  expect(old.names).not.toContain("Second");
  expect(await names(second)).toMatchObject({ status: 503, code: "VERSION_NOT_REACHED" });

  await standby.resume();
  await expect.poll(async () => (await names(second)).names).toContain("Second");
  const fresh = await names();
  expect(fresh).toMatchObject({ version: second });
  expect(fresh.names).toContain("Second");
  expect(fresh.tag).not.toBe(old.tag);
});

it("answers over streams nothing older than the version that the client names", async () => {
  const { pool, feed, names, url } = await startApi(60_000);
  const before = await feed.version();
  await expect.poll(() => names(before)).toMatchObject({ status: 200 });
  expect(pool.status()).toEqual({ configured: 1, inUse: 1 });
  await standby.pause();
  onTestFinished(() => standby.resume());
  await add("Streamed");
  const headers = { "x-plimsoll-min-version": String(await feed.version()) };
  class NamingSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers });
    }
  }
  const stream = `${url}/graphql/stream`;
  const socket = `${url.replace("http", "ws")}/graphql`;
  const clients = [
    createSseClient({ url: stream, singleConnection: true, headers, retryAttempts: 0 }),
    createWsClient({ url: socket, webSocketImpl: NamingSocket, retryAttempts: 0 }),
  ] as Pick<SseClient, "iterate" | "dispose">[];
  const answered: string[][] = [];
  for (const client of clients) {
    onTestFinished(() => client.dispose());
    const query = "{ models(first: 100) { nodes { name } } }";
    const { value } = await client
      .iterate<{ models: { nodes: { name: string }[] } }>({ query })
      .next();
    answered.push(value?.data?.models.nodes.map(({ name }: { name: string }) => name) ?? []);
  }
  for (const answer of answered) expect(answer).toContain("Streamed");
  expect((await names()).names).not.toContain("Streamed");
});

it("keeps versions true while a standby comes and goes", { timeout: 90_000 }, async () => {
  const { pool, feed, names } = await startApi(300);
  const base = await feed.version();
  let written = 0;
  let done = false;
  let changes = 0;
  pool.onChange(() => changes++);
  const reads = { answers: 0, wrong: [] as unknown[] };
  const reader = async () => {
    while (!done) {
      const least = base + Math.max(0, written - 1);
      const answer = await names(Math.random() < 0.5 ? least : undefined);
      reads.answers++;
      if (answer.status !== 200) {
        if (answer.code !== "VERSION_NOT_REACHED") reads.wrong.push(answer);
        continue;
      }
      const had = answer.names.filter((name) => name.startsWith("Step")).length;
      // Each step is one event.
      if (base + had < answer.version) reads.wrong.push({ had, base, ...answer, names: null });
      await sleep(1);
    }
  };
  const readers = [reader(), reader(), reader()];
  for (; written < 20; written++) {
    if (written % 8 === 2) await standby.pause();
    if (written % 8 === 6) await standby.resume();
    await add(`Step-${written}`);
    await sleep(150);
  }
  await standby.resume();
  done = true;
  await Promise.all(readers);
  expect(reads.wrong).toEqual([]);
  expect(reads.answers).toBeGreaterThan(50);
  expect(changes).toBeGreaterThan(1);
});

it("answers from its standby while the primary is gone, and says so", {
  timeout: 60_000,
}, async () => {
  const { pool, feed, names } = await startApi(200);
  await add("Before");
  const version = await feed.version();
  await expect.poll(async () => (await names(version)).names).toContain("Before");
  const queue = createQueueAccess({ databaseUrl: primary.url, redisUrl: null, log });
  const readiness = apiReadiness({ db: connection.db, feed, queue, pool });
  expect(await readiness()).toEqual({ ready: true, reasons: [], warnings: [] });

  await primary.stop();
  onTestFinished(() => primary.start());
  const end = Date.now() + 3_000;
  while (Date.now() < end) {
    expect(await names(version)).toMatchObject({ status: 200, version });
    await sleep(50);
  }
  const { ready, warnings } = await readiness();
  expect(ready).toBe(true);
  expect(warnings!.join("\n")).toContain("The database cannot be reached");
});

it("answers everything while its standby is ended", { timeout: 60_000 }, async () => {
  const { pool, names } = await startApi(60_000);
  expect(pool.status().inUse).toBe(1);
  let done = false;
  const failed: unknown[] = [];
  const reader = async () => {
    for (let n = 0; !done; n++) {
      await add(`Loss-${n}`);
      const answer = await names();
      if (answer.status !== 200) failed.push(answer);
    }
  };
  const readers = reader();
  await sleep(300);
  await standby.stop();
  await expect.poll(() => pool.status().inUse, { timeout: 10_000 }).toBe(0);
  await sleep(300);
  done = true;
  await readers;
  expect(failed).toEqual([]);
});
