/** Reading OpenRouter's list: the context that is served, modalities, and a link to the prices. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRouterSource } from "../../../src/ingest/sources/openrouter.ts";
import { byName, contextWith } from "../../helpers/hub-server/index.ts";
import { type ListingServer, startListingServer } from "../../helpers/upstreams/listing-server.ts";

const boat = {
  id: "harbour/barge",
  hugging_face_id: "harbour/Barge-7B",
  created: 1_735_241_320,
  context_length: 163_840,
  architecture: { input_modalities: ["text", "image", "file"], output_modalities: ["text"] },
  pricing: { prompt: "0.0000003", completion: "-1" },
  top_provider: { context_length: 131_072 },
};
const list = {
  data: [
    { ...boat, id: "harbour/barge:free", created: 1_800_000_000, context_length: 8192 },
    boat,
    { ...boat, id: "harbour/barge-old", created: 1_600_000_000 },
    { ...boat, id: "harbour/closed", hugging_face_id: "" },
    { ...boat, id: "harbour/raft", hugging_face_id: "harbour/Raft", top_provider: null },
    { ...boat, id: "../../etc", hugging_face_id: "harbour/Odd" },
  ],
};

let server: ListingServer;
beforeAll(async () => {
  server = await startListingServer("/api/v1/models", list);
});
afterAll(() => server.close());

test("joins by Hugging Face id and leaves out the others", async () => {
  const page = await openRouterSource(server.url).listPage(null, contextWith());
  expect(page.items.map(({ externalId }) => externalId)).toEqual([
    "harbour/Barge-7B",
    "harbour/Raft",
  ]);
  expect(page.skipped.map(({ externalId }) => externalId)).toEqual(["../../etc"]);
});

test("gives what the provider serves, from the plain product, and no price", async () => {
  const record = await openRouterSource(server.url).read(byName("harbour/Barge-7B"), contextWith());
  expect(record).toMatchObject({
    outcome: "notes",
    url: "https://openrouter.ai/harbour/barge",
    facts: {
      servedContextLength: 131_072,
      inputModalities: ["TEXT", "IMAGE"],
      outputModalities: ["TEXT"],
      priceUrl: "https://openrouter.ai/harbour/barge",
    },
    origins: { servedContextLength: { key: "harbour/barge.top_provider.context_length" } },
  });
  expect(JSON.stringify(record)).not.toContain("0.0000003");
});

test("falls back to the listed context where no provider states one", async () => {
  const record = await openRouterSource(server.url).read(byName("harbour/Raft"), contextWith());
  expect(record.facts.servedContextLength).toBe(163_840);
});
