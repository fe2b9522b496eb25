/** The bounded HTTP client against a real server that misbehaves in every way it is made for. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Budget } from "../../src/ingest/http/budget.ts";
import { createHttpClient, type HttpClientOptions } from "../../src/ingest/http/client.ts";
import { silentLog } from "../../src/log.ts";
import { type HubServer, startHubServer } from "../helpers/hub-server/index.ts";

const FILE = "/tiny/model/resolve/main/config.json";
const TEXT = JSON.stringify({ model_type: "tiny", note: "x".repeat(2000) });

let server: HubServer;
beforeEach(async () => {
  server = await startHubServer({ repos: [{ id: "tiny/model", files: { "config.json": TEXT } }] });
});
afterEach(() => server.close());

const client = (options: Partial<HttpClientOptions> = {}) =>
  createHttpClient({ userAgent: "plimsoll-test", log: silentLog, backoffMs: 1, ...options });
const text = (body: Uint8Array) => new TextDecoder().decode(body);

test("a 503 is tried again until it works", async () => {
  server.fail(FILE, { kind: "status", status: 503 }, 2);
  const answer = await client().request(server.url + FILE);
  expect(text(answer.body)).toBe(TEXT);
  expect(server.requests.map(({ status }) => status)).toEqual([503, 503, 200]);
});

test("a 503 that stays ends as one retryable error after the given attempts", async () => {
  server.fail(FILE, { kind: "status", status: 503 });
  const failing = client({ attempts: 3 }).request(server.url + FILE);
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
  expect(server.requests).toHaveLength(3);
});

test("a 404 is an answer, given once", async () => {
  const answer = await client().request(`${server.url}/tiny/model/resolve/main/absent.json`);
  expect(answer).toMatchObject({ status: 404, ok: false });
  expect(server.requests).toHaveLength(1);
});

test("a 429 waits as long as Retry-After says", async () => {
  server.fail(FILE, { kind: "status", status: 429, headers: { "retry-after": "1" } }, 1);
  const started = performance.now();
  await client().request(server.url + FILE);
  expect(performance.now() - started).toBeGreaterThan(990);
});

test("a pause longer than a call may take is thrown with its length", async () => {
  const headers = { ratelimit: '"api";r=0;t=120' };
  server.fail(FILE, { kind: "status", status: 429, headers });
  const failing = client({ maxPauseMs: 1000 }).request(server.url + FILE);
  const details = expect.objectContaining({ retryAfterMs: 121_000 });
  const expected = { code: "UPSTREAM_RATE_LIMITED", retryable: true, details };
  await expect(failing).rejects.toMatchObject(expected);
});

test("a spent budget holds requests back instead of earning a 429", async () => {
  const limited = await startHubServer({
    repos: [{ id: "tiny/model", files: { "config.json": TEXT } }],
    rateLimit: { api: 10, resolvers: 3, windowSeconds: 1 },
  });
  const http = client();
  const ask = () => http.request(limited.url + FILE, { bucket: "resolvers" });
  for (let made = 0; made < 5; made++) await ask();
  expect(limited.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await limited.close();
});

test("a request takes from the budget when it leaves, not while others are before it", async () => {
  const answeredBefore: number[] = [];
  const budget: Budget = {
    take: async () => {
      answeredBefore.push(server.requests.length);
      return 0;
    },
    learn: async () => {},
  };
  const http = client({ perHost: 1, budget });
  await Promise.all([http.request(server.url + FILE), http.request(server.url + FILE)]);
  expect(answeredBefore).toEqual([0, 1]);
});

test("a request that has to wait for the budget lets others of its host go before", async () => {
  let waits = 1;
  const budget: Budget = {
    take: async (bucket) => (bucket.endsWith("spent") && waits-- > 0 ? 200 : 0),
    learn: async () => {},
  };
  const http = client({ perHost: 1, budget });
  const answered: string[] = [];
  const ask = (bucket: string) =>
    http.request(server.url + FILE, { bucket }).then(() => answered.push(bucket));
  await Promise.all([ask("spent"), ask("full")]);
  expect(answered).toEqual(["full", "spent"]);
});

test.each(["reset", "truncate"] as const)("an answer cut by %s is fetched again", async (kind) => {
  server.fail(FILE, { kind }, 1);
  const answer = await client().request(server.url + FILE);
  expect(text(answer.body)).toBe(TEXT);
  expect(server.requests).toHaveLength(2);
});

test("a body that always stops half-way is one retryable error", async () => {
  server.fail(FILE, { kind: "truncate" });
  const failing = client({ attempts: 2 }).request(server.url + FILE);
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
});

test("silence in the middle of a body ends after the idle time", async () => {
  server.fail(FILE, { kind: "stall" });
  const failing = client({ attempts: 1, idleTimeoutMs: 100 }).request(server.url + FILE);
  await expect(failing).rejects.toThrow("nothing received for 100 ms");
});

test("an answer slower than the whole time allowed is given up", async () => {
  server.fail(FILE, { kind: "slow", delayMs: 2000 });
  const failing = client({ attempts: 1, totalTimeoutMs: 100 }).request(server.url + FILE);
  await expect(failing).rejects.toThrow("no complete answer within 100 ms");
});

test("a body without a declared length is cut at the bound", async () => {
  server.fail(FILE, { kind: "huge", bytes: 1e9 });
  const failing = client().request(server.url + FILE, { maxBytes: 100_000 });
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_TOO_LARGE", retryable: false });
  expect(server.requests).toHaveLength(1);
});

test("a body that declares too much is not read", async () => {
  const failing = client().request(server.url + FILE, { maxBytes: 100 });
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_TOO_LARGE" });
});

test("an ETag that still holds is answered without a body", async () => {
  const first = await client().request(server.url + FILE);
  const etag = first.headers.get("etag");
  const second = await client().request(server.url + FILE, { etag });
  expect(second).toMatchObject({ status: 304, notModified: true });
  expect(second.body).toHaveLength(0);
});

test("a refused connection says so in one sentence, without the query", async () => {
  await server.close();
  const failing = client({ attempts: 2 }).request(`${server.url + FILE}?token=secret`);
  const expected = { code: "UPSTREAM_UNAVAILABLE", retryable: true };
  await expect(failing).rejects.toMatchObject(expected);
  await expect(failing).rejects.toThrow("the connection was refused");
  await expect(failing).rejects.not.toThrow("secret");
});

test("an abort ends the pause between attempts at once", async () => {
  server.fail(FILE, { kind: "status", status: 429, headers: { "retry-after": "30" } });
  const controller = new AbortController();
  const started = performance.now();
  const failing = client().request(server.url + FILE, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expect(failing).rejects.toMatchObject({ name: "AbortError" });
  expect(performance.now() - started).toBeLessThan(5000);
});

test("a redirect to a host outside the list is refused", async () => {
  server.fail(FILE, {
    kind: "status",
    status: 302,
    headers: { location: "http://other.example/x" },
  });
  const failing = client().request(server.url + FILE);
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_INVALID", retryable: false });
});

test("a redirect loop ends", async () => {
  server.fail(FILE, { kind: "status", status: 302, headers: { location: FILE } });
  await expect(client().request(server.url + FILE)).rejects.toThrow("redirects more than 5 times");
  expect(server.requests).toHaveLength(6);
});

test("the token does not follow a redirect to another host", async () => {
  const seen: (string | undefined)[] = [];
  const store = createServer((req, res) => {
    seen.push(req.headers.authorization);
    res.end("from the store");
  });
  await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(store.address() as AddressInfo).port}`;
  const headers = { location: `http://${host}/file` };
  server.fail(FILE, { kind: "status", status: 302, headers });
  const options = { token: "hf_secret", redirectHosts: [host] };
  const answer = await client().request(server.url + FILE, options);
  expect(text(answer.body)).toBe("from the store");
  expect(seen).toEqual([undefined]);
  await new Promise((resolve) => store.close(resolve));
});
