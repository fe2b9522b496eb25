/** What people measured stands beside the estimates, with how far those are off. */
import { beforeAll, describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { addMeasurement, type Measurement } from "../../src/db/measurements.ts";
import { renameModel } from "../../src/db/names.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

const reading: Measurement = {
  engine: "llama.cpp",
  engineVersion: "b7000",
  device: "NVIDIA GeForce RTX 4090",
  quant: "Q8_0",
  contextTokens: 4096,
  sequences: 1,
  cacheTypeK: "q8_0",
  cacheTypeV: "q8_0",
  totalBytes: 600_000_000,
  url: "https://forum.example/1",
  origin: null,
  reportedBy: "somebody",
  measuredOn: "2026-01-31",
  note: null,
};

const DOCUMENT = `query ($id: String!) {
  model(huggingFaceId: $id) {
    measurements {
      engine engineVersion device quant contextTokens batch cacheTypeK cacheTypeV
      total { bytes } url origin reportedBy measuredOn note
      estimate { total { bytes } kvCache { bytes } overhead { bytes } }
      estimateReason
      error { bytes fraction }
    }
  }
}`;
const measured = async (id: string) => (await catalog.ask(DOCUMENT, { id })).model.measurements;

describe("a measurement of a model", () => {
  beforeAll(async () => {
    await writeRecords(catalog.db, "hugging-face", [modelRecord("acme/measured")]);
  });

  it("carries its settings, and the estimate for just these with its error", async () => {
    await addMeasurement(catalog.db, "acme/measured", reading);
    const [first] = await measured("acme/measured");
    const { totalBytes, sequences, ...told } = reading;
    expect(first).toMatchObject({ ...told, batch: sequences, total: { bytes: totalBytes } });
    const query = `{ model(huggingFaceId: "acme/measured") {
      vram(quant: Q8_0, ctx: 4096, cacheType: Q8_0, overhead: 0) { total { bytes } kvCache { bytes } overhead { bytes } }
    } }`;
    const { vram } = (await catalog.ask(query)).model;
    expect(first.estimate).toEqual(vram);
    const off = vram.total.bytes - totalBytes;
    expect(first.error).toEqual({ bytes: off, fraction: off / totalBytes });
    expect(first.estimateReason).toBeNull();
  });

  it("says why there is no estimate where the settings are nobody's", async () => {
    for (const changes of [
      { engine: "exllama", totalBytes: 3e9 },
      { quant: "UD-Q4_K_XL", totalBytes: 2e9 },
      { cacheTypeK: "q4_0", engine: "vllm", totalBytes: 1e9 },
    ]) {
      await addMeasurement(catalog.db, "acme/measured", { ...reading, ...changes });
    }
    const [exllama, dynamic, vllm] = await measured("acme/measured");
    expect(exllama).toMatchObject({ estimate: null, error: null });
    expect(exllama.estimateReason).toMatch(/exllama/);
    expect(dynamic.estimateReason).toMatch(/UD-Q4_K_XL/);
    expect(vllm).toMatchObject({ estimate: null, error: null });
    expect(vllm.estimateReason).toMatch(/vllm keeps its cache as .*, not as q4_0/);
  });

  it("goes with its model to a new name", async () => {
    await writeRecords(catalog.db, "hugging-face", [modelRecord("acme/old-name")]);
    await addMeasurement(catalog.db, "acme/old-name", reading);
    await renameModel(catalog.db, "hugging-face", "acme/old-name", "acme/new-name");
    expect(await measured("acme/new-name")).toHaveLength(1);
  });
});
