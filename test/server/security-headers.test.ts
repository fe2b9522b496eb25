/** What every answer tells a browser, so that no page of ours is misread, framed or made to load more. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createQueueAccess } from "../../src/app/queue-access.ts";
import { silentLog as log } from "../../src/log.ts";
import type { RunningServer } from "../../src/server/server.ts";
import { useCatalogServer } from "./catalog.ts";

const TOKEN = "a-token-of-twenty-four-c";
const catalog = useCatalogServer();
let server: RunningServer;
let queue: ReturnType<typeof createQueueAccess>;

beforeAll(async () => {
  queue = createQueueAccess({ databaseUrl: catalog.databaseUrl, redisUrl: null, log });
  const queueBoard = async (path: string) => (await queue.get()).board(path);
  const metricsText = async () => "# none\n";
  server = await catalog.another({ adminToken: TOKEN, queueBoard, metricsText });
});
afterAll(async () => {
  await server?.close();
  await queue?.close();
});

const PAGES = ["/", "/graphql", "/admin/queues"];
const REST = [
  ...["/docs/api.md", "/catalog.json", "/catalog.ndjson", "/feed.atom", "/schema.graphql"],
  ...["/favicon.svg", "/metrics", "/livez", "/readyz", "/nothing", "/docs/nothing.md"],
];
/** Answers of Yoga's place and of the streams, which write their headers themselves. */
const DATA = ["/graphql?query={__typename}", "/graphql?query={", "/graphql/stream"];

const authorization = `Basic ${Buffer.from(`admin:${TOKEN}`).toString("base64")}`;
async function headersOf(path: string, accept: string, init: RequestInit = {}): Promise<Headers> {
  const response = await fetch(server.url + path, { headers: { accept, authorization }, ...init });
  await response.body?.cancel();
  return response.headers;
}

test.each([...PAGES, ...REST])(
  "%s is taken for nothing but what it says, and cannot be framed",
  async (path) => {
    const headers = await headersOf(path, "text/html");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  },
);

test.each(DATA)("the data at %s is not guessed at", async (path) => {
  const headers = await headersOf(path, "application/json");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("the page of the queue loads only from here, and keeps that policy in what lies below it", async () => {
  for (const path of ["/admin/queues", "/admin/queues/api/queues"]) {
    const policy = (await headersOf(path, "text/html")).get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|\*/);
  }
});

test("a refused stranger is told no less", async () => {
  const response = await fetch(`${server.url}/admin/queues`);
  expect(response.status).toBe(401);
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
});
