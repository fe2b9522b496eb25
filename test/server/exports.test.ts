/** The bulk exports: whole, of one version, confirmed cheaply, made once however many ask. */
import { rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createExports } from "../../src/server/exports/exports.ts";
import { useCatalog } from "../schema/catalog.ts";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const catalog = useCatalog();
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers });

interface Row {
  slug: string;
  totalParameters: number | null;
  memory: { contexts: number[]; totalBytes: Record<string, number[]> };
  artifacts: unknown[];
}

async function ask(query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return (await response.json()).data;
}

/** The bytes as they were sent; `fetch` would have unpacked them. */
function raw(path: string, headers: Record<string, string>) {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(server.url + path, { headers }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part) => parts.push(part));
      res.on("end", () => resolve({ headers: res.headers, body: Buffer.concat(parts) }));
    })
      .on("error", reject)
      .end();
  });
}

test("both forms hold every model that the API lists, of the version that they name", async () => {
  const { catalogVersion, models } = await ask(
    "{ catalogVersion models(first: 100) { nodes { slug } } }",
  );
  const slugs = models.nodes.map(({ slug }: Row) => slug).sort();
  const document = await get("/catalog.json");
  expect(document.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(document.headers.get("x-plimsoll-version")).toBe(String(catalogVersion));
  const whole = await document.json();
  expect(whole.catalogVersion).toBe(catalogVersion);
  expect(whole.models.map(({ slug }: Row) => slug)).toEqual(slugs);

  const lines = await get("/catalog.ndjson");
  expect(lines.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
  const text = await lines.text();
  expect(text.endsWith("\n")).toBe(true);
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toEqual(whole.models);
});

test("a model has the memory that the API says, to the byte", async () => {
  const { model } = await ask(
    '{ model(slug: "deepseek-v3") { totalParameters vram(quant: Q8_0, ctx: 32768, overhead: 0) { total { bytes } } } }',
  );
  const { models } = await (await get("/catalog.json")).json();
  const row: Row = models.find(({ slug }: Row) => slug === "deepseek-v3");
  const at = row.memory.contexts.indexOf(32_768);
  expect(row.memory.totalBytes.Q8_0?.[at]).toBe(model.vram.total.bytes);
  expect(row.totalParameters).toBe(model.totalParameters);
  expect(row.artifacts).toEqual([]);
});

test("it is sent as it lies on the disk to who takes gzip, and plain to others", async () => {
  const zipped = await raw("/catalog.ndjson", { "accept-encoding": "gzip" });
  expect(zipped.headers).toMatchObject({
    "content-encoding": "gzip",
    "content-length": String(zipped.body.length),
    vary: "Accept-Encoding",
    "cache-control": "no-cache",
  });
  const plain = await raw("/catalog.ndjson", { "accept-encoding": "identity" });
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(gunzipSync(zipped.body)).toEqual(plain.body);
  expect(plain.headers.etag).not.toBe(zipped.headers.etag);
});

test("who has it is told so, until a model changes", async () => {
  const first = await get("/catalog.json");
  await first.arrayBuffer();
  const tag = first.headers.get("etag")!;
  const again = await get("/catalog.json", { "if-none-match": tag });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  await server.addModel("somebody/exported-later");
  const changed = await get("/catalog.json", { "if-none-match": tag });
  expect(changed.status).toBe(200);
  const { models } = await changed.json();
  expect(models.map(({ slug }: Row) => slug)).toContain("exported-later");
});

test("HEAD says what GET would, without a body", async () => {
  const head = await fetch(`${server.url}/catalog.ndjson`, { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
  expect(await head.text()).toBe("");
});

test("it is made once for many who ask at the same time, and gone when the server is", async () => {
  const exports = createExports(catalog.db, catalog.feed.clock);
  catalog.statements.length = 0;
  const files = await Promise.all(Array.from({ length: 20 }, () => exports.get("json")));
  expect(new Set(files).size).toBe(1);
  const reads = catalog.statements.filter((sql) => sql.includes('from "models"'));
  expect(reads).toHaveLength(1);
  expect((await stat(files[0]!.path)).size).toBe(files[0]!.size);
  await exports.close();
  await expect(stat(files[0]!.path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("are made anew when the system has cleared their folder away", async () => {
  const exports = createExports(catalog.db, catalog.feed.clock);
  const first = await exports.get("json");
  await rm(dirname(first.path), { recursive: true });
  const second = await exports.get("json");
  expect((await stat(second.path)).size).toBe(second.size);
  await exports.close();
});
