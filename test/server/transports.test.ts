/**
 * Subscriptions by every transport, with the clients that people use: server-sent events on distinct
 * and on single connections, WebSocket. And clients that do not take what they are sent.
 */
import { connect as connectTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { subscriptionExchange, Client as UrqlClient } from "@urql/core";
import { createClient as createSseClient, type Client as SseClient } from "graphql-sse";
import { CloseCode, createClient as createWsClient } from "graphql-ws";
import pMap from "p-map";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import WebSocket from "ws";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { appendEvents } from "../../src/db/event-log.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { SLOW_CONSUMER_CLOSE } from "../../src/server/streams/websocket.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";
import { subscribe } from "./ask.ts";

const database = useTestDatabase();
let connection: Connection;
let feed: EventFeed;
let server: RunningServer;
const statements: string[] = [];

const add = (...ids: string[]) =>
  writeRecords(
    connection.db,
    "test",
    ids.map((id) => modelRecord(id)),
  );

beforeAll(async () => {
  connection = connect({ url: database.url, onQuery: (query) => statements.push(query) });
  feed = await openFeed({ db: connection.db, log: silentLog });
  await add("acme/one", "acme/two", "acme/three");
  server = await startServer({
    ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log: silentLog },
    readConfig: readPastedConfig,
    streamLimits: { slowMs: 400, farewellMs: 60_000 },
  });
});
afterAll(async () => {
  await server?.close();
  await feed?.close();
  await connection?.close();
});

const FOLLOW =
  "subscription ($after: BigInt) { catalogUpdated(after: $after) { number model { slug } } }";

interface Update {
  catalogUpdated: { number: number; model: { slug: string } | null };
}

/** Takes updates until there are `count`; more are made after those that are there already. */
async function follow(
  client: Pick<SseClient, "iterate">,
  { after, count }: { after: number; count: number },
) {
  const seen: number[] = [];
  const stream = client.iterate<Update>({ query: FOLLOW, variables: { after } });
  for await (const { data, errors } of stream) {
    if (errors) throw errors[0];
    seen.push(data!.catalogUpdated.number);
    if (seen.length === count) break;
  }
  return seen;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const sseClient = (path: string, singleConnection: boolean) => {
  const url = `${server.url}${path}`;
  const client = singleConnection
    ? createSseClient({ url, singleConnection: true, retryAttempts: 0 })
    : createSseClient({ url, retryAttempts: 0 });
  onTestFinished(() => client.dispose());
  return client;
};

const wsUrl = () => `${server.url.replace("http", "ws")}/graphql`;

function wsClient() {
  const client = createWsClient({ url: wsUrl(), webSocketImpl: WebSocket, retryAttempts: 0 });
  onTestFinished(() => client.dispose());
  return client;
}

describe("a client replays and follows", () => {
  const clients: [string, () => Pick<SseClient, "iterate">][] = [
    ["graphql-sse, distinct connections", () => sseClient("/graphql", false)],
    ["graphql-sse, single connection", () => sseClient("/graphql/stream", true)],
    ["graphql-ws", () => wsClient() as unknown as SseClient],
  ];
  test.each(clients)("%s", async (name, make) => {
    const version = await feed.version();
    const following = follow(make(), { after: 1, count: version });
    await add(`somebody/${name.replaceAll(/\W+/g, "-")}`);
    expect(await following).toEqual(Array.from({ length: version }, (_, index) => index + 2));
  });

  test("two subscriptions and a query share one stream and end one by one", async () => {
    const client = sseClient("/graphql/stream", true);
    const version = await feed.version();
    const [first, second] = [1, 2].map((after) =>
      follow(client, { after, count: version - after }),
    );
    expect((await first)?.at(-1)).toBe(version);
    expect((await second)?.at(-1)).toBe(version);
    const answers = [];
    for await (const answer of client.iterate({ query: "{ catalogVersion }" }))
      answers.push(answer);
    expect(answers).toMatchObject([{ data: { catalogVersion: version } }]);
  });

  test("a browser that reconnects by itself goes on after the last event it saw", async () => {
    const url = `${server.url}/graphql?${new URLSearchParams({ query: "subscription { catalogUpdated { number } }" })}`;
    const leave = new AbortController();
    const headers = { accept: "text/event-stream", "last-event-id": "2" };
    const response = await fetch(url, { headers, signal: leave.signal });
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('"number":3')) break;
    }
    leave.abort();
    expect(text).toContain(
      'event: next\nid: 3\ndata: {"data":{"catalogUpdated":{"number":3}}}\n\n',
    );
  });
});

test("urql and Apollo Client follow over WebSocket", async () => {
  const version = await feed.version();
  const socket = wsClient();
  const urql = new UrqlClient({
    url: `${server.url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query: query!, variables }, sink as never),
          }),
        }),
      }),
    ],
  });
  const byUrql = await new Promise<Update>((resolve, reject) => {
    urql.subscription(FOLLOW, { after: version - 1 }).subscribe(({ data, error }) => {
      if (error) reject(error);
      else resolve(data);
    });
  });
  expect(byUrql.catalogUpdated.number).toBe(version);

  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) });
  const byApollo = await new Promise<Update>((resolve, reject) => {
    const options = { query: gql(FOLLOW), variables: { after: version - 1 } };
    apollo.subscribe<Update>(options).subscribe(({ data, error }) => {
      if (data) resolve(data);
      else reject(error);
    });
  });
  apollo.stop();
  expect(byApollo.catalogUpdated.number).toBe(version);
});

test("an event is resolved once for all who ask the same, wherever they began", async () => {
  const version = await feed.version();
  const seen: Promise<number[]>[] = [];
  for (let after = 0; after < 20; after++) {
    const place = after % version;
    const count = version - place + 1;
    seen.push(follow(sseClient("/graphql", false), { after: place, count }));
  }
  await vi.waitUntil(() => statements.filter((query) => query.includes("models")).length > 0);
  await sleep(500);
  statements.length = 0;
  await add("somebody/asked-once");
  await Promise.all(seen);
  const looksForTheModel = statements.filter(
    (query) => query.includes('"d0"') && query.includes('"models"'),
  );
  expect(looksForTheModel.length).toBeLessThanOrEqual(1);
});

test("who comes at any moment of a flood, from any number, gets exactly the log", {
  timeout: 60_000,
}, async () => {
  const start = await feed.version();
  const EVENTS = 200;
  const END = start + EVENTS;
  const append = async () => {
    for (let written = 0; written < EVENTS; ) {
      const batch = Math.min(1 + (written % 7), EVENTS - written);
      const event = { kind: "SOURCE_FAILED" as const, sourceId: "test", message: "again" };
      await connection.db.transaction((tx) => appendEvents(tx, Array(batch).fill(event)));
      written += batch;
      await sleep(2);
    }
  };
  const query = "subscription ($after: BigInt) { catalogUpdated(after: $after) { number } }";
  const reader = async (delayMs: number) => {
    await sleep(delayMs);
    const after = Math.min((await feed.version()) - (delayMs % 5), END - 1);
    const seen: number[] = [];
    const client = sseClient("/graphql", false);
    for await (const { data } of client.iterate<Update>({ query, variables: { after } })) {
      seen.push(data!.catalogUpdated.number);
      if (seen.at(-1) === END) break;
    }
    return { after, seen };
  };
  const reading = Array.from({ length: 60 }, (_, index) => reader(index * 4));
  await append();
  for (const { after, seen } of await Promise.all(reading)) {
    expect(seen).toEqual(Array.from({ length: END - after }, (_, index) => after + 1 + index));
  }
});

describe("a client that stops reading", { timeout: 60_000 }, () => {
  const COUNT = 300;
  const BYTES = 100_000;
  const query =
    "subscription ($after: BigInt) { catalogUpdated(after: $after) { number message } }";

  async function flood(): Promise<number> {
    const before = await feed.version();
    const message = "x".repeat(BYTES);
    for (let sent = 0; sent < COUNT; sent += 20) {
      const event = { kind: "SOURCE_FAILED" as const, sourceId: "test", message };
      await connection.db.transaction((tx) => appendEvents(tx, Array(20).fill(event)));
    }
    return before;
  }

  const others = async (after: number) => {
    const { parts, leave } = await subscribe(
      server.url,
      `subscription { catalogUpdated(after: ${after}) { number } }`,
    );
    let seen = 0;
    for await (const _part of parts) if (++seen === COUNT) break;
    leave();
    return seen;
  };

  test("is cut from its event stream with a code; the others get everything", async () => {
    const after = await feed.version();
    const socket = connectTcp(server.port, "127.0.0.1");
    const search = new URLSearchParams({ query, variables: JSON.stringify({ after }) });
    socket.write(
      `GET /graphql?${search} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nconnection: close\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    const reading = others(after);
    await flood();
    expect(await reading).toBe(COUNT);
    await sleep(1_000);
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk) => {
      text += chunk;
    });
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(text).toContain('"code":"SLOW_CONSUMER"');
    expect(text).toContain("event: complete");
    // What had been kept for it is what the two kernels hold, and not the flood.
    const kept = text.match(/event: next\nid/g)?.length ?? 0;
    expect(kept).toBeLessThan(COUNT / 2);
  });

  test("is closed over WebSocket with a code of its own", async () => {
    const after = await feed.version();
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once("message", resolve));
    socket.send(
      JSON.stringify({ id: "1", type: "subscribe", payload: { query, variables: { after } } }),
    );
    socket.pause();
    const reading = others(after);
    await flood();
    expect(await reading).toBe(COUNT);
    await sleep(1_000);
    let received = 0;
    socket.on("message", () => received++);
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.resume();
    expect(await closed).toBe(SLOW_CONSUMER_CLOSE);
    expect(received).toBeLessThan(COUNT / 2);
  });
});

test.each(["text/event-stream", "multipart/mixed", "application/json"])(
  "variables ten thousand objects deep are the caller's mistake, by %s too",
  async (accept) => {
    const query = "query ($v: ModelFilter) { models(filter: $v) { totalCount } }";
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: `{"query":"${query}","variables":{"v":${deep(10_000)}}}`,
    });
    // A stream is begun before its operation is looked at, and tells it as its only result.
    expect(response.status).toBe(accept === "text/event-stream" ? 200 : 400);
    expect(await response.text()).toContain('"DEPTH_LIMIT_EXCEEDED"');
  },
);

const deep = (depth: number) => `${'{"fits":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("over WebSocket", () => {
  test("a socket is not read for a while after a long message", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    onTestFinished(() => socket.terminate());
    const ping = JSON.stringify({ type: "ping", payload: { text: "x".repeat(100_000) } });
    let pongs = 0;
    await new Promise((open) => socket.once("open", open));
    socket.on("message", () => pongs++);
    const began = performance.now();
    for (let sent = 0; sent < 5; sent++) socket.send(ping);
    await expect.poll(() => pongs, { interval: 5 }).toBe(5);
    expect(performance.now() - began).toBeGreaterThan(180); // four rests of 50 ms, as timers count them
  });

  test("a client that reads nothing is not read from either", async () => {
    // Patient, so that it is not closed for its slowness meanwhile.
    const patient = await startServer({
      ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log: silentLog },
      readConfig: readPastedConfig,
      streamLimits: { farewellMs: 100 },
    });
    onTestFinished(() => patient.close());
    const socket = new WebSocket(`ws://127.0.0.1:${patient.port}/graphql`, "graphql-transport-ws");
    onTestFinished(() => socket.terminate());
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once("message", resolve));
    socket.pause();
    const ping = JSON.stringify({ type: "ping", payload: { text: "x".repeat(200_000) } });
    for (let sent = 0; sent < 300; sent++) socket.send(ping);
    await sleep(3_000);
    // The rest of 60 MB is still here: what was taken is what the two kernels hold, and a little more.
    expect(socket.bufferedAmount).toBeGreaterThan(30e6);
  });

  test("a client that reads gets every answer, however much it asks at once", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send('{"type":"connection_init"}');
    const ping = JSON.stringify({ type: "ping", payload: { text: "x".repeat(200_000) } });
    let pongs = 0;
    const all = new Promise<void>((resolve) =>
      socket.on("message", (data) => {
        if (String(data).startsWith('{"type":"pong"') && ++pongs === 100) resolve();
      }),
    );
    for (let sent = 0; sent < 100; sent++) socket.send(ping);
    await all;
    socket.close();
  });

  test("what is nested too deeply has its code as a question, and ends the connection else", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    await new Promise((resolve) => socket.once("open", resolve));
    const said: string[] = [];
    socket.on("message", (data) => said.push(String(data)));
    socket.send('{"type":"connection_init"}');
    await expect.poll(() => said).toHaveLength(1);
    const query = "query ($v: ModelFilter) { models(filter: $v) { totalCount } }";
    socket.send(
      `{"type":"subscribe","id":"1","payload":{"query":"${query}","variables":{"v":${deep(10_000)}}}}`,
    );
    await expect.poll(() => said.join()).toContain('"DEPTH_LIMIT_EXCEEDED"');
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.send(`{"type":"ping","payload":${deep(20_000)}}`);
    expect(await closed).toBe(4400);
  });

  test("a wrong document is answered with its code, a query with its data", async () => {
    const client = wsClient();
    const [answer] = await all(client.iterate({ query: "{ catalogVersion }" }));
    expect(answer?.data).toEqual({ catalogVersion: await feed.version() });
    for (const [query, code] of [
      ["subscription { nope }", "GRAPHQL_VALIDATION_FAILED"],
      ["subscription {", "GRAPHQL_PARSE_FAILED"],
    ]) {
      await expect(all(client.iterate({ query: query! }))).rejects.toMatchObject([
        { extensions: { code } },
      ]);
    }
    const ahead = client.iterate({ query: FOLLOW, variables: { after: 1_000_000 } });
    const [refused] = await all(ahead);
    expect(refused?.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });

  test("another subprotocol and another path are refused before anything is opened", async () => {
    for (const [url, protocol, status] of [
      [wsUrl(), "graphql-ws", 400],
      [wsUrl().replace("/graphql", "/elsewhere"), "graphql-transport-ws", 404],
    ] as const) {
      const socket = new WebSocket(url, protocol);
      const response = await new Promise<{ statusCode?: number }>((resolve) => {
        socket.once("unexpected-response", (_request, answer) => resolve(answer));
      });
      expect(response.statusCode).toBe(status);
    }
  });

  test("one connection has at most 100 operations", async () => {
    const client = wsClient();
    const leave = new AbortController();
    const streams = Array.from({ length: 100 }, () => client.iterate({ query: FOLLOW }));
    for (const stream of streams) stream.next().catch(() => {});
    await vi.waitFor(async () => {
      await expect(client.iterate({ query: FOLLOW }).next()).rejects.toMatchObject([
        { extensions: { code: "TOO_MANY_OPERATIONS" } },
      ]);
    }, 10_000);
    leave.abort();
  });

  test("a message that is too long closes the connection", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    await new Promise((resolve) => socket.once("open", resolve));
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.send("x".repeat(300_000));
    expect(await closed).toBe(1009);
  });

  test("who does not introduce himself in time is cut", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    expect(await closed).toBe(CloseCode.ConnectionInitialisationTimeout);
  });

  test("what is not the protocol closes the connection", async () => {
    const socket = new WebSocket(wsUrl(), "graphql-transport-ws");
    await new Promise((resolve) => socket.once("open", resolve));
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ catalogVersion }"}}');
    expect(await closed).toBe(CloseCode.Unauthorized);
  });
});

test("what a client may ask counts on every transport", async () => {
  const limited = await startServer({
    ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log: silentLog },
    readConfig: readPastedConfig,
    admit: (_req, res) => {
      res.writeHead(429).end();
      return false;
    },
  });
  onTestFinished(() => limited.close());
  const reserved = await fetch(`${limited.url}/graphql/stream`, { method: "PUT" });
  expect(reserved.status).toBe(429);
  const url = `${limited.url.replace("http", "ws")}/graphql`;
  const client = createWsClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  onTestFinished(() => client.dispose());
  await expect(all(client.iterate({ query: "{ catalogVersion }" }))).rejects.toMatchObject([
    { extensions: { code: "RATE_LIMITED" } },
  ]);
});

describe("a single connection", () => {
  const at = (init: RequestInit = {}, search = "") =>
    fetch(`${server.url}/graphql/stream${search}`, init);

  test("is named by a token that was given and not yet used", async () => {
    const token = await (await at({ method: "PUT" })).text();
    const leave = new AbortController();
    onTestFinished(() => leave.abort());
    const open = () => at({ signal: leave.signal }, `?token=${token}`);
    expect((await open()).headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect((await open()).status).toBe(409);
    expect((await at({}, "?token=made-up")).status).toBe(404);
    expect((await at({ method: "POST" })).status).toBe(404);
    const headers = { "x-graphql-event-stream-token": token, "content-type": "application/json" };
    const body = (id: unknown, query = FOLLOW) =>
      JSON.stringify({ query, extensions: { operationId: id } });
    const post = (id: unknown, query?: string) =>
      at({ method: "POST", headers, body: body(id, query) }).then(({ status }) => status);
    expect(await post("a")).toBe(202);
    expect(await post("a")).toBe(409);
    expect(await post(undefined)).toBe(400);
    expect(await post("x".repeat(200))).toBe(202);
    expect(await post("x".repeat(201))).toBe(400);
    expect(await post("b", "{ nope }")).toBe(400);
    const remove = (id: string) =>
      at({ method: "DELETE", headers }, `?operationId=${id}`).then(({ status }) => status);
    expect(await remove("a")).toBe(200);
    expect(await remove("a")).toBe(404);
  });

  test("has at most 100 operations at once", async () => {
    const token = await (await at({ method: "PUT" })).text();
    const leave = new AbortController();
    onTestFinished(() => leave.abort());
    await at({ signal: leave.signal }, `?token=${token}`);
    const headers = { "x-graphql-event-stream-token": token, "content-type": "application/json" };
    const post = (operationId: string) =>
      at({
        method: "POST",
        headers,
        body: JSON.stringify({ query: FOLLOW, extensions: { operationId } }),
      });
    for (let n = 0; n < 100; n++) expect((await post(`operation-${n}`)).status).toBe(202);
    const refused = await post("one too many");
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain("TOO_MANY_OPERATIONS");
  });

  test("is reserved by one client a thousand times within half a minute, and goes on for others", async () => {
    const own = await startServer({
      ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log: silentLog },
      ...{ readConfig: readPastedConfig, trustedProxies: 1 },
    });
    onTestFinished(() => own.close());
    const reserve = async (from: string) => {
      const headers = { "x-forwarded-for": from };
      const response = await fetch(`${own.url}/graphql/stream`, { method: "PUT", headers });
      return { status: response.status, text: await response.text() };
    };
    const times = Array.from({ length: 1_000 }, (_, index) => index);
    const statuses = await pMap(times, () => reserve("203.0.113.1"), { concurrency: 20 });
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([201]));
    const refused = await reserve("203.0.113.1");
    expect(refused.status).toBe(429);
    expect(refused.text).toContain("RATE_LIMITED");
    expect((await reserve("203.0.113.2")).status).toBe(201);
  });
});
