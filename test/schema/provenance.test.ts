/** Where facts come from, and what another source says instead. */
import { expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const query = `{
  model(slug: "deepseek-v3") {
    contextLength
    provenance(facts: ["contextLength", "hiddenSize", "releasedOn"]) {
      fact value sourceId firstSourceId url revision file key basis reason readAt
      others { sourceId value url readAt }
    }
  }
}`;

it("names source, place and basis of a fact", async () => {
  const { model } = await catalog.ask(query);
  expect(model.provenance[0]).toMatchObject({
    fact: "contextLength",
    value: 131_072,
    basis: "CURATED",
    reason: expect.stringContaining("163,840"),
  });
  expect(model.provenance[1]).toMatchObject({
    fact: "hiddenSize",
    value: 7168,
    sourceId: "snapshot",
    firstSourceId: "hugging-face",
    url: "https://hub.example/deepseek-ai/DeepSeek-V3",
    file: "config.json",
    key: "hidden_size",
    basis: "STATED",
    reason: null,
    others: [],
  });
  expect(catalog.statements.length).toBe(1);
});

it("shows the value of a source that is not believed", async () => {
  const facts = { name: "DeepSeek V3", contextLength: 8192, releasedOn: null };
  const record = modelRecord("deepseek-ai/DeepSeek-V3", { facts });
  await writeRecords(catalog.db, "hugging-face", [record]);
  const { model } = await catalog.ask(query);
  expect(model.contextLength).toBe(8192);
  expect(model.provenance[0]).toMatchObject({
    fact: "contextLength",
    sourceId: "hugging-face",
    others: [{ sourceId: "snapshot", value: 131_072 }],
  });
  expect(model.provenance[2]).toMatchObject({
    fact: "releasedOn",
    sourceId: "snapshot",
    others: [{ sourceId: "hugging-face", value: null }],
  });
});

it("lists the sources with their last run", async () => {
  const { sources } = await catalog.ask(`{
    sources { slug title healthy nextRunAt lastSuccessAt runs { status listed created startedAt } }
  }`);
  expect(sources).toMatchObject([
    {
      slug: "snapshot",
      title: "Bundled snapshot",
      healthy: true,
      runs: [{ status: "SUCCEEDED", listed: 14, created: 14 }],
    },
  ]);
  expect(catalog.statements.length).toBe(1);
});

it("lists published files, smallest first, with their bits per weight", async () => {
  const file = { kind: "gguf", files: 2, externalId: "somebody/Small-GGUF" } as const;
  const artifacts = [
    { ...file, label: "Q8_0", bytes: 8_500, parameters: 8_000 },
    { ...file, label: "Q4_K_M", bytes: 4_900, parameters: null },
  ];
  await writeRecords(catalog.db, "hugging-face", [modelRecord("somebody/small", { artifacts })]);
  const { model } = await catalog.ask(`{
    model(slug: "small") { artifacts { repository format label files size { bytes } bitsPerWeight } }
  }`);
  const common = { repository: "somebody/Small-GGUF", format: "GGUF", files: 2 };
  expect(model.artifacts).toEqual([
    { ...common, label: "Q4_K_M", size: { bytes: 4_900 }, bitsPerWeight: null },
    { ...common, label: "Q8_0", size: { bytes: 8_500 }, bitsPerWeight: 8.5 },
  ]);
});
