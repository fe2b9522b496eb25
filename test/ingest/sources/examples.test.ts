/** Answers of the upstreams as they are documented, from the corpus beside the checkout. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { modelsDevSource } from "../../../src/ingest/sources/models-dev.ts";
import { OllamaRegistry } from "../../../src/ingest/sources/ollama/registry.ts";
import { openRouterSource } from "../../../src/ingest/sources/openrouter.ts";
import { contextWith, listAll } from "../../helpers/hub-server/index.ts";
import { sharedDir } from "../../helpers/shared.ts";
import { startListingServer } from "../../helpers/upstreams/listing-server.ts";
import type { Upstream } from "../../helpers/upstreams/server.ts";

const example = (name: string): unknown =>
  JSON.parse(readFileSync(join(sharedDir!, "upstream/examples", name), "utf8"));

let server: Upstream;
afterEach(() => server.close());

describe.skipIf(sharedDir === null)("documented answers", () => {
  test("of models.dev", async () => {
    server = await startListingServer("/models.json", example("modelsdev_models.json"));
    const source = modelsDevSource(server.url);
    const { items, skipped } = await listAll(source, contextWith());
    expect(skipped).toEqual([]);
    expect(items.map(({ externalId }) => externalId)).toEqual(["deepseek-ai/DeepSeek-V3.2"]);
    const { facts } = await source.read(items[0]!, contextWith());
    expect(facts).toMatchObject({ releasedOn: "2025-12-01", servedContextLength: 1_000_000 });
    expect(facts).not.toHaveProperty("contextLength");
  });

  test("of OpenRouter", async () => {
    server = await startListingServer("/api/v1/models", example("openrouter_models.json"));
    const source = openRouterSource(server.url);
    const { items } = await listAll(source, contextWith());
    const { facts } = await source.read(items[0]!, contextWith());
    expect(items[0]?.externalId).toBe("deepseek-ai/DeepSeek-V3");
    expect(facts).toMatchObject({
      servedContextLength: 163_840,
      priceUrl: "https://openrouter.ai/deepseek/deepseek-chat",
    });
  });

  test("of Ollama's registry", async () => {
    const path = "/v2/library/example/manifests/8b-q4_K_M";
    server = await startListingServer(path, example("ollama_manifest.json"));
    const { http, signal } = contextWith();
    const registry = new OllamaRegistry(server.url, 0);
    const manifest = await registry.manifest("example", "8b-q4_K_M", http, signal);
    expect(manifest.layers.map(({ size }) => size)).toEqual([4_920_738_944, 1481, 12_320, 96]);
  });
});
