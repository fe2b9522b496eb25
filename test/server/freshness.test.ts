/** Entity tags: a client that holds the current answer gets 304, and never a stale one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { get } from "./ask.ts";
import { type TinyFeed, tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
let feed: TinyFeed;

beforeAll(async () => {
  feed = tinyFeed();
  server = await serve(tinySchema, tinyOptions(feed));
});
afterAll(() => server.close());

async function tagOf(query: string): Promise<string | null> {
  const response = await get(server.url, query);
  await response.text();
  return response.headers.get("etag");
}

test("the same question of an unchanged catalog is answered 304 without a body", async () => {
  const tag = await tagOf("{ version }");
  expect(tag).toMatch(/^"[\w-]+"$/);
  const again = await get(server.url, "{ version }", tag);
  expect(again.status).toBe(304);
  expect(again.headers.get("etag")).toBe(tag);
  expect(again.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
  expect(again.headers.get("vary")).toBe("Accept, Accept-Encoding");
  expect(await again.text()).toBe("");
});

test("after a change the old tag gets the new answer and a new tag", async () => {
  const old = await tagOf("{ version }");
  feed.change();
  const response = await get(server.url, "{ version }", old);
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).not.toBe(old);
  expect(await response.json()).toEqual({ data: { version: await feed.version() } });
});

test("a list of tags and a weak tag are understood", async () => {
  const tag = await tagOf("{ version }");
  expect((await get(server.url, "{ version }", `"other", W/${tag}`)).status).toBe(304);
  expect((await get(server.url, "{ version }", '"other"')).status).toBe(200);
});

test("another question, other variables or another media type have another tag", async () => {
  const base = `${server.url}/graphql?query=${encodeURIComponent("query($n:Int!){echo(number:$n)}")}`;
  const asked = [
    [`${base}&variables={"n":1}`, "application/json"],
    [`${base}&variables={"n":2}`, "application/json"],
    [`${base}&variables={"n":2}`, "application/graphql-response+json"],
  ] as const;
  const tags = await Promise.all(
    asked.map(async ([url, accept]) =>
      (await fetch(url, { headers: { accept } })).headers.get("etag"),
    ),
  );
  expect(new Set(tags).size).toBe(3);
  expect(tags).not.toContain(null);
});

test("a field that depends on the clock is never confirmed", async () => {
  const response = await get(server.url, "{ version clock { now } }");
  expect(response.headers.get("etag")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("a clock hidden in a fragment is seen too", async () => {
  expect(await tagOf("{ version ...f } fragment f on Query { clock { now } }")).toBeNull();
});

test("HEAD says the same as GET, without the body", async () => {
  const url = `${server.url}/graphql?query=${encodeURIComponent("{ version }")}`;
  const headers = { accept: "application/json" };
  const head = await fetch(url, { method: "HEAD", headers });
  const full = await fetch(url, { headers });
  expect(head.status).toBe(200);
  expect(await head.text()).toBe("");
  expect(head.headers.get("etag")).toBe(full.headers.get("etag"));
});

test("HEAD of a subscription does not stay open", async () => {
  const url = `${server.url}/graphql?query=${encodeURIComponent("subscription { counted }")}`;
  const response = await fetch(url, { method: "HEAD", headers: { accept: "text/event-stream" } });
  expect(response.status).toBe(406);
});

test("POST is not tagged", async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ version }" }),
  });
  expect(response.headers.get("etag")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("HEAD names the same tag as GET for the same question", async () => {
  const url = `${server.url}/graphql?query=${encodeURIComponent("{ version }")}`;
  const headers = { accept: "application/json" };
  const [got, asked] = [
    await fetch(url, { headers }),
    await fetch(url, { headers, method: "HEAD" }),
  ];
  expect(asked.headers.get("etag")).toBe(got.headers.get("etag"));
  expect(got.headers.get("etag")).not.toBeNull();
});
