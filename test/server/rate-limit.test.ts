/** Limits per client: by requests and by cost, in memory and shared through Redis. */
import { createClient } from "graphql-ws";
import { type Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { connectRedis, IMPATIENT } from "../../src/ingest/redis.ts";
import { createRateLimit } from "../../src/server/rate-limit.ts";
import { serve } from "../../src/server/server.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

interface Limits {
  requests?: number;
  cost?: number;
  trustedProxies?: number;
  redis?: Redis | Cluster | null;
}

async function start({ requests = 0, cost = 0, trustedProxies = 0, redis = null }: Limits) {
  const rateLimit = createRateLimit({ requests, cost, trustedProxies, redis });
  const server = await serve(tinySchema, { ...tinyOptions(tinyFeed()), rateLimit });
  onTestFinished(() => server.close());
  const ask = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query }),
    });
  return { ask, url: server.url };
}

describe("a limit of requests", () => {
  it("is told in every answer, and beyond it comes a refusal with its code", async () => {
    const { ask } = await start({ requests: 2 });
    const first = await ask("{ version }");
    expect(first.headers.get("ratelimit-policy")).toBe('"requests";q=2;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/^"requests";r=1;t=\d+$/);
    expect((await ask("{ version }")).status).toBe(200);
    const refused = await ask("{ version }");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: "RATE_LIMITED", retryable: true } }],
    });
  });

  it("counts by the connection, whatever a client writes into X-Forwarded-For", async () => {
    const { ask } = await start({ requests: 1 });
    expect((await ask("{ version }", { "x-forwarded-for": "10.0.0.1" })).status).toBe(200);
    expect((await ask("{ version }", { "x-forwarded-for": "10.0.0.2" })).status).toBe(429);
  });

  it("counts by the last address that a trusted proxy added", async () => {
    const { ask } = await start({ requests: 1, trustedProxies: 1 });
    const from = (addresses: string) => ask("{ version }", { "x-forwarded-for": addresses });
    expect((await from("10.0.0.1")).status).toBe(200);
    expect((await from("10.0.0.2")).status).toBe(200);
    expect((await from("10.0.0.9, 10.0.0.1")).status).toBe(429);
    expect((await from("2001:db8::1")).status).toBe(200);
    expect((await from("2001:db8::2")).status).toBe(429);
  });
});

describe("a limit of requests, elsewhere", () => {
  it.each(["/catalog.json", "/catalog.ndjson", "/feed.atom"])("counts %s too", async (path) => {
    const { ask, url } = await start({ requests: 1 });
    const first = await fetch(url + path);
    expect(first.headers.get("ratelimit")).toMatch(/^"requests";r=0;t=\d+$/);
    expect((await fetch(url + path)).status).toBe(429);
    expect((await ask("{ version }")).status).toBe(429);
  });

  it("does not count pages that cost nothing", async () => {
    const { url } = await start({ requests: 1 });
    for (const path of ["/", "/", "/schema.graphql", "/livez"]) {
      expect((await fetch(url + path)).status).toBe(200);
    }
  });
});

describe("a limit of cost", () => {
  it("is spent by what is computed, and not by answers that were kept", async () => {
    const { ask } = await start({ cost: 5 });
    const echo = (number: number) => `{ a: echo(number: ${number}) b: echo(number: ${number}) }`;
    expect((await ask(echo(1))).status).toBe(200);
    expect((await ask(echo(1))).status).toBe(200);
    expect((await ask(echo(2))).status).toBe(200);
    expect((await ask(echo(3))).status).toBe(200);
    const refused = await ask("{ version }");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit")).toMatch(/^"cost";r=0;t=\d+$/);
  });
});

describe("a limit of cost, over a WebSocket", () => {
  it("is spent by queries as it is over HTTP", async () => {
    const { ask, url } = await start({ cost: 5 });
    const client = createClient({
      url: `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
    });
    onTestFinished(() => void client.dispose());
    const query = (number: number) =>
      client
        .iterate({ query: `{ a: echo(number: ${number}) b: echo(number: ${number}) }` })
        .next()
        .catch((errors: unknown) => errors);
    for (const number of [1, 2, 3]) {
      expect(await query(number)).toMatchObject({ value: { data: { a: String(number) } } });
    }
    expect(await query(4)).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
    expect((await ask("{ version }")).status).toBe(429);
  });
});

describe("a limit of cost, of what is asked in an unusual form", () => {
  const query = "{ a: echo(number: 1) b: echo(number: 2) }";
  it.each([
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, `query=${query}`],
    ["a bare document", { "content-type": "application/graphql" }, query],
    [
      "a query as a stream",
      { "content-type": "application/json", accept: "text/event-stream" },
      JSON.stringify({ query }),
    ],
  ])("is spent by %s", async (_form, headers, body) => {
    const { url } = await start({ cost: 3 });
    const ask = () => fetch(`${url}/graphql`, { method: "POST", headers, body });
    const statuses = [];
    for (let n = 0; n < 3; n++) {
      const response = await ask();
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe.skipIf(!redisAvailable)("limits in Redis", () => {
  let redis: RedisForTests;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on("error", () => {});
    await client.ping();
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it("are counted for all processes together", async () => {
    const [one, other] = [
      await start({ requests: 2, redis: client }),
      await start({ requests: 2, redis: client }),
    ];
    expect((await one.ask("{ version }")).status).toBe(200);
    expect((await other.ask("{ version }")).status).toBe(200);
    expect((await one.ask("{ version }")).status).toBe(429);
    expect((await other.ask("{ version }")).status).toBe(429);
  });

  it("are counted in memory while Redis answers nothing", async () => {
    const silent = connectRedis(redis.url, () => {}, IMPATIENT);
    onTestFinished(() => silent.disconnect());
    await silent.ping();
    const { ask } = await start({ requests: 1, redis: silent });
    const pauser = new Redis(redis.url);
    onTestFinished(() => pauser.disconnect());
    await pauser.call("client", "pause", "6000", "ALL");
    expect((await ask("{ version }")).status).toBe(200);
    expect((await ask("{ version }")).status).toBe(429);
  }, 5_000);

  it("are counted in memory while Redis is gone", async () => {
    const gone = new Redis("redis://127.0.0.1:1", { maxRetriesPerRequest: null });
    gone.on("error", () => {});
    onTestFinished(() => gone.disconnect());
    const { ask } = await start({ requests: 1, redis: gone });
    expect((await ask("{ version }")).status).toBe(200);
    expect((await ask("{ version }")).status).toBe(429);
  });
});
