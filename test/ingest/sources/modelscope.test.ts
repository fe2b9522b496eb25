/** ModelScope as a fallback: only for gated models, marked as a copy, and read again only when changed. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KnownRecord } from "../../../src/ingest/source.ts";
import { modelScopeSource } from "../../../src/ingest/sources/modelscope/index.ts";
import { byName, contextWith } from "../../helpers/hub-server/index.ts";
import {
  type ModelScopeServer,
  startModelScopeServer,
} from "../../helpers/upstreams/modelscope-server.ts";

const config = readFileSync("test/fixtures/hub/acme__Tiny-Gated/config.json", "utf8");

let server: ModelScopeServer;
beforeAll(async () => {
  server = await startModelScopeServer({
    "acme/Tiny-Gated": { "config.json": config, "README.md": "# Tiny" },
    "LLM-Research/Tiny-Llama": { "config.json": config },
    "acme/Weights-Only": { "model.gguf": "GGUF" },
    "acme/Broken": { "config.json": "{" },
  });
});
afterAll(() => server.close());

const read = (id: string, known?: Map<string, KnownRecord>) => {
  server.requests.length = 0;
  return modelScopeSource(server.url).read(byName(id), contextWith(known));
};

test("lists the models that nobody else could read", async () => {
  const asked: string[] = [];
  const catalog = {
    spelling: async () => new Map<string, string>(),
    closed: async (reader: string) => {
      asked.push(reader);
      return ["acme/Tiny-Gated", "not an id"].map((huggingFaceId) => {
        return { huggingFaceId, statedParameters: 7 };
      });
    },
  };
  const source = modelScopeSource(server.url);
  const { items } = await source.listPage(null, contextWith(undefined, { catalog }));
  expect(items.map(({ externalId }) => externalId)).toEqual(["acme/Tiny-Gated"]);
  expect(asked).toEqual(["modelscope"]);
  expect((await source.listPage(null, contextWith())).items).toEqual([]);
});

test("checks a copy against what the closed repository states", async () => {
  const item = { ...byName("acme/Tiny-Gated"), info: { statedParameters: 1_234_567 } };
  const { issues } = await modelScopeSource(server.url).read(item, contextWith());
  expect(issues.map(({ code }) => code)).toEqual(["FALLBACK_COPY", "PARAMETER_MISMATCH"]);
});

test("reads the shape from the copy, says so, and leaves names to the Hub", async () => {
  const record = await read("acme/Tiny-Gated");
  expect(record).toMatchObject({
    outcome: "model",
    url: "https://www.modelscope.cn/models/acme/Tiny-Gated",
    facts: { layers: 6 },
    issues: [{ code: "FALLBACK_COPY", message: expect.stringContaining("acme/Tiny-Gated") }],
  });
  expect(record.facts).not.toHaveProperty("name");
  expect(Object.keys(record.files)).toEqual(["config.json"]);
});

test("looks where copies of a publisher are kept", async () => {
  const record = await read("meta-llama/Tiny-Llama");
  expect(record.url).toBe("https://www.modelscope.cn/models/LLM-Research/Tiny-Llama");
  expect(record.externalId).toBe("meta-llama/Tiny-Llama");
});

test("an unchanged copy costs one request", async () => {
  const { revision, files } = await read("acme/Tiny-Gated");
  const known = new Map([["acme/Tiny-Gated", { revision, files }]]);
  expect((await read("acme/Tiny-Gated", known)).outcome).toBe("unchanged");
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toContain("/repo/files?");
  server.repos["acme/Tiny-Gated"]!["config.json"] = config.replace("{", "{ ");
  const again = await read("acme/Tiny-Gated", known);
  expect(again.outcome).toBe("model");
  expect(again.revision).not.toBe(revision);
});

test.each(["acme/Nowhere", "acme/Weights-Only", "../../secret"])(
  "%s has no readable copy",
  async (id) => {
    expect(await read(id)).toMatchObject({
      outcome: "refused",
      state: "missing",
      issues: [{ code: "NO_COPY" }],
    });
  },
);

test("a config that is not JSON is an error, not a model", async () => {
  await expect(read("acme/Broken")).rejects.toMatchObject({ code: "UPSTREAM_INVALID" });
});
