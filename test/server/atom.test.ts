/** New models as an Atom feed: entries that never change, and nothing sent twice. */
import { expect, test } from "vitest";
import { baseUrl } from "../../src/server/http/base-url.ts";
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
  expect(after).toContain("new-&amp;-improved");
  expect(new Set(ids(after)).size).toBe(ids(after).length);
});

test("what stands in a description is shown and does nothing", async () => {
  const description = "a ]]> b ]]></summary><script>alert(1)</script> \u0001 & c";
  await server.addModel("somebody/hostile", { name: "<b>Hostile</b> ]]>", description });
  const text = await (await fetch(`${server.url}/feed.atom`)).text();
  const entry = text.slice(text.indexOf("<entry>"), text.indexOf("</entry>"));
  expect(entry).toContain("&lt;b&gt;Hostile&lt;/b&gt; ]]&gt;");
  expect(entry).toContain("a ]]&gt; b ]]&gt;&lt;/summary&gt;&lt;script&gt;alert(1)");
  expect(entry).not.toContain("<script");
  expect(entry).not.toContain("\u0001");
  const sections = entry.match(/<!\[CDATA\[|\]\]>/g)!;
  expect(sections.filter((mark) => mark === "]]>").length).toBe(sections.length / 2);
});

test("the page at / names it for readers to find", async () => {
  const page = await (await fetch(server.url, { headers: { accept: "text/html" } })).text();
  expect(page).toMatch(/<link rel="alternate" href="\/feed.atom" type="application\/atom\+xml"/);
});

test("its own address is that of the proxy in front, only where one is trusted", () => {
  const from = (headers: Record<string, string>, proxies: number) =>
    baseUrl({ headers: { host: "inside:4000", ...headers } } as never, proxies);
  const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "models.example.org" };
  expect(from(forwarded, 0)).toBe("http://inside:4000");
  expect(from(forwarded, 1)).toBe("https://models.example.org");
  expect(from({ "x-forwarded-proto": "https" }, 1)).toBe("https://inside:4000");
  // What a client adds stands to the left of what the proxy adds.
  const forged = { "x-forwarded-proto": "http, https", "x-forwarded-host": "evil.example, a.org" };
  expect(from(forged, 1)).toBe("https://a.org");
  const odd = { "x-forwarded-proto": "javascript", "x-forwarded-host": 'a"><script>' };
  expect(from(odd, 1)).toBe("http://inside:4000");
});

test("behind a trusted proxy that ends TLS its links say https", async () => {
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "models.example.org" };
  const trusting = await server.another({ trustedProxies: 1 });
  const text = await (await fetch(`${trusting.url}/feed.atom`, { headers })).text();
  expect(text).toContain('href="https://models.example.org/feed.atom"');
  await trusting.close();
  const plain = await (await fetch(`${server.url}/feed.atom`, { headers })).text();
  expect(plain).toContain(`href="${server.url}/feed.atom"`);
});
