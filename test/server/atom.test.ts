/** New models as an Atom feed: entries that never change, and nothing sent twice. */
import { expect, test } from "vitest";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const ids = (text: string) => [...text.matchAll(/<id>([^<]+)<\/id>/g)].map(([, id]) => id);

test("new models are entries with ids and times that stay", async () => {
  const first = await fetch(`${server.url}/feed.atom`);
  expect(first.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  const before = await first.text();
  expect(before).toContain('<title type="html"><![CDATA[DeepSeek-V3]]></title>');
  expect(before).toContain('href="https://huggingface.co/deepseek-ai/DeepSeek-V3"');
  expect(before).toContain(`href="${server.url}/feed.atom"`);

  const headers = { "if-none-match": first.headers.get("etag")! };
  expect((await fetch(`${server.url}/feed.atom`, { headers })).status).toBe(304);
  await server.addModel("somebody/new-&-improved");
  const second = await fetch(`${server.url}/feed.atom`, { headers });
  expect(second.status).toBe(200);
  const after = await second.text();
  expect(ids(after).slice(2)).toEqual(ids(before).slice(1));
  expect(after).toContain("new-&-improved");
  expect(new Set(ids(after)).size).toBe(ids(after).length);
});

test("the page at / names it for readers to find", async () => {
  const page = await (await fetch(server.url, { headers: { accept: "text/html" } })).text();
  expect(page).toMatch(/<link rel="alternate" href="\/feed.atom" type="application\/atom\+xml"/);
});
