/** Reading models.dev: joined by links to weights, one conditional request, the product's own limits. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { KnownRecord, SourceContext } from "../../../src/ingest/source.ts";
import { modelsDevSource } from "../../../src/ingest/sources/models-dev.ts";
import { byName, contextWith } from "../../helpers/hub-server/index.ts";
import { type ListingServer, startListingServer } from "../../helpers/upstreams/listing-server.ts";

const weights = (id: string) => [{ label: "Hub", url: `https://huggingface.co/${id}` }];
const boat = {
  id: "harbour/barge-7b",
  name: "Barge 7B",
  release_date: "2025-03-01",
  license: "Apache-2.0",
  limit: { context: 1_000_000, output: 8192 },
  modalities: { input: ["text", "image", "pdf"], output: ["text"] },
  weights: weights("harbour/Barge-7B"),
};
const entries = {
  "harbour/barge-7b": boat,
  // An alias of the product that has moved on to the same weights.
  "harbour/aaa-latest": { ...boat, id: "harbour/aaa-latest", release_date: "2024-01-01" },
  "harbour/closed": { ...boat, id: "harbour/closed", weights: [] },
  "harbour/month": {
    ...boat,
    id: "harbour/month",
    release_date: "2025-03",
    limit: { context: 0 },
    modalities: "text",
    weights: weights("harbour/Month/tree/main"),
  },
  "harbour/broken": { ...boat, id: 7 },
};

let server: ListingServer;
let source: ReturnType<typeof modelsDevSource>;
beforeAll(async () => {
  server = await startListingServer("/models.json", entries);
});
afterAll(() => server.close());
beforeEach(() => {
  server.document = entries;
  server.requests.length = 0;
  source = modelsDevSource(server.url);
});

async function read(id: string, context: SourceContext = contextWith()) {
  const { items } = await source.listPage(null, context);
  return source.read(items.find((item) => item.externalId === id) ?? byName(id), context);
}

test("lists the weights that entries link to, and names what cannot be read", async () => {
  const { items, skipped, next } = await source.listPage(null, contextWith());
  expect(items.map(({ externalId }) => externalId)).toEqual(["harbour/Barge-7B", "harbour/Month"]);
  expect(skipped).toMatchObject([{ externalId: null, code: "INVALID_ENTRY" }]);
  expect(next).toEqual([]);
});

test("says when it was released and what is served, apart from what the model can do", async () => {
  const { outcome, facts, origins } = await read("harbour/Barge-7B");
  expect(outcome).toBe("notes");
  expect(facts).toEqual({
    releasedOn: "2025-03-01",
    servedContextLength: 1_000_000,
    inputModalities: ["TEXT", "IMAGE"],
    outputModalities: ["TEXT"],
    license: "Apache-2.0",
    licenseName: "Apache License 2.0",
    commercialUse: true,
  });
  expect(origins.releasedOn).toMatchObject({
    file: "models.json",
    key: "harbour/barge-7b.release_date",
  });
});

test("a month is no date, a context of 0 is none, and an odd field hides no other", async () => {
  const { outcome, facts } = await read("harbour/Month");
  expect(outcome).toBe("notes");
  expect(Object.keys(facts)).toEqual(["license", "licenseName", "commercialUse"]);
});

test("an unchanged document costs one conditional request and no new record", async () => {
  const first = await read("harbour/Barge-7B");
  const known = new Map<string, KnownRecord>([
    ["harbour/Barge-7B", { revision: first.revision, files: {} }],
  ]);
  server.requests.length = 0;
  const again = await read("harbour/Barge-7B", contextWith(known));
  expect(again).toMatchObject({ outcome: "unchanged", facts: {} });
  expect(server.requests).toEqual(["/models.json"]);
});

test("a changed entry is read again", async () => {
  const first = await read("harbour/Barge-7B");
  server.document = { boat: { ...boat, release_date: "2025-03-09" } };
  const known = new Map([["harbour/Barge-7B", { revision: first.revision, files: {} }]]);
  const again = await read("harbour/Barge-7B", contextWith(known));
  expect(again).toMatchObject({ outcome: "notes", facts: { releasedOn: "2025-03-09" } });
});

test("takes the catalog's spelling of an id", async () => {
  const catalog = {
    spelling: async () => new Map([["harbour/Barge-7B", "Harbour/barge-7b"]]),
    closed: async () => [],
  };
  const { items } = await source.listPage(null, contextWith(undefined, { catalog }));
  expect(items.map(({ externalId }) => externalId)).toContain("Harbour/barge-7b");
});

test("a model asked for by name is found; one that is not there is refused", async () => {
  expect(await source.read(byName("harbour/Barge-7B"), contextWith())).toMatchObject({
    outcome: "notes",
  });
  expect(await source.read(byName("harbour/Nowhere"), contextWith())).toMatchObject({
    outcome: "refused",
    state: "missing",
  });
});

test.each([
  ["a page of HTML", { kind: "body", body: "<html>", contentType: "text/html" }],
  ["another shape", { kind: "body", body: "[1,2]" }],
  ["a status that is no answer", { kind: "status", status: 403 }],
] as const)("%s fails the listing with its reason", async (_, fault) => {
  server.fail("/models.json", fault, 1);
  await expect(source.listPage(null, contextWith())).rejects.toMatchObject({
    code: "UPSTREAM_INVALID",
    retryable: false,
  });
});

test("a document whose fields were renamed is a failure, not an empty list", async () => {
  server.document = { boat: { ...boat, weights: undefined, files: boat.weights } };
  await expect(source.listPage(null, contextWith())).rejects.toThrow(/1 entries of no use/);
  server.document = { boat: { ...boat, id: undefined, key: boat.id } };
  await expect(source.listPage(null, contextWith())).rejects.toMatchObject({
    code: "UPSTREAM_INVALID",
  });
});

test("an endless document is cut off", async () => {
  server.fail("/models.json", { kind: "huge", bytes: 1e9 }, 1);
  await expect(source.listPage(null, contextWith())).rejects.toMatchObject({
    code: "UPSTREAM_TOO_LARGE",
  });
});
