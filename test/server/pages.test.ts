/** The paths beside GraphQL: pages, schema, health, assets, and what is not there. */
import { buildSchema, printSchema } from "graphql";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await serve(tinySchema, tinyOptions(tinyFeed()));
});
afterAll(() => server.close());

const open = (path: string, init?: RequestInit) => fetch(server.url + path, init);
const asBrowser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

/** Addresses of other hosts in attributes that a browser would load. */
const foreignLoads = (html: string) =>
  [...html.matchAll(/(?:src|href|action)="(?:https?:)?\/\/[^"]*"/g)].map(([load]) => load);

test("GraphiQL is for browsers, answers are for programs", async () => {
  const page = await open("/graphql", asBrowser);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("vary")).toContain("Accept");
  const data = await open("/graphql?query={version}", { headers: { accept: "application/json" } });
  expect(await data.json()).toEqual({ data: { version: 1 } });
});

test("GraphiQL loads only our own files, each kept for ever under the hash of its content", async () => {
  const html = await (await open("/graphql", asBrowser)).text();
  expect(foreignLoads(html)).toEqual([]);
  const files = [...html.matchAll(/(?:src|href)="(\/graphiql\/[^"]+)"/g)].map(([, path]) => path!);
  const start = await (await open(files.find((path) => path.includes("start"))!)).text();
  const workers = [...start.matchAll(/"(\/graphiql\/[^"]+)"/g)].map(([, path]) => path!);
  expect(workers).toHaveLength(3);
  for (const path of [...files, ...workers]) {
    const response = await open(path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toMatch(/^text\/(javascript|css)/);
    const large = (await response.text()).length > 1_000;
    expect(response.headers.get("content-encoding"), path).toBe(large ? "gzip" : null);
  }
  expect((await open("/graphiql/graphiql-0000.js")).status).toBe(404);
});

test("a client that takes no compression gets the same file plain", async () => {
  const html = await (await open("/graphql", asBrowser)).text();
  const path = /href="(\/graphiql\/[^"]+)"/.exec(html)![1]!;
  const plain = await open(path, { headers: { "accept-encoding": "gzip;q=0" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe(await (await open(path)).text());
});

test("the schema is served whole, with a tag", async () => {
  const response = await open("/schema.graphql");
  const sdl = await response.text();
  expect(printSchema(buildSchema(sdl))).toBe(printSchema(tinySchema));
  const headers = { "if-none-match": response.headers.get("etag")! };
  expect((await open("/schema.graphql", { headers })).status).toBe(304);
});

test("live and ready say so", async () => {
  expect(await (await open("/livez")).json()).toEqual({ live: true });
  expect(await (await open("/readyz")).json()).toEqual({ ready: true, reasons: [] });
});

test("not ready is 503 with the reasons, and so is a check that fails", async () => {
  const reasons = ["The snapshot is still being loaded."];
  let check = async () => ({ ready: false, reasons });
  const second = await serve(tinySchema, {
    ...tinyOptions(tinyFeed()),
    readiness: () => check(),
  });
  onTestFinished(() => second.close());
  const first = await fetch(`${second.url}/readyz`);
  expect([first.status, await first.json()]).toEqual([503, { ready: false, reasons }]);
  check = async () => {
    throw new Error("Postgres is gone");
  };
  const failed = await fetch(`${second.url}/readyz`);
  expect(failed.status).toBe(503);
  expect(await failed.json()).toEqual({ ready: false, reasons: ["Postgres is gone"] });
});

test.each(["/", "/graphql", "/schema.graphql", "/livez"])(
  "HEAD %s has headers and no body",
  async (path) => {
    const response = await open(path, { method: "HEAD", ...asBrowser });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
    expect(await response.text()).toBe("");
  },
);

test("unknown paths answer 404, other methods 405 with what is allowed", async () => {
  for (const path of [
    "/nope",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "//x/graphql",
  ]) {
    expect((await open(path)).status, path).toBe(404);
  }
  const put = await open("/graphql", { method: "PUT" });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, QUERY, OPTIONS"]);
  const post = await open("/schema.graphql", { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});

test("any site may read, none with credentials", async () => {
  const headers = { origin: "https://example.org" };
  for (const path of ["/graphql?query={version}", "/schema.graphql", "/nope"]) {
    const response = await open(path, { headers });
    expect(response.headers.get("access-control-allow-origin"), path).toBe("*");
    expect(response.headers.get("access-control-allow-credentials"), path).toBeNull();
  }
  const preflight = await open("/graphql", { method: "OPTIONS", headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
});
