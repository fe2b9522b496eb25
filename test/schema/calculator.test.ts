/** Estimates: the calculator's golden figures, and one answer for one question wherever it is asked. */
import { describe, expect, it } from "vitest";
import {
  CHECKPOINT_FORMAT_NAMES,
  HARDWARE_TIERS,
  hardwareTier,
  QUANTIZATION_NAMES,
} from "../../src/estimator/index.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

/** Total in GiB of `estimateVram`, to one decimal. */
async function gib(source: string, settings: string): Promise<number> {
  const input = `{ source: ${source}, ${settings} }`;
  const { estimateVram } = await catalog.ask(`{ estimateVram(input: ${input}) { total { gib } } }`);
  return Math.round(estimateVram.total.gib * 10) / 10;
}

describe("the nominal method", () => {
  const source =
    "{ architecture: { parameters: 671000000000, layers: 61, kvHeads: 8, headDim: 128 } }";

  it.each([
    ["Q4_K_M", 1024, 347.1],
    ["Q4_K_M", 65_536, 362.1],
    ["Q8_0", 1024, 693.9],
    ["Q8_0", 65_536, 708.9],
    ["F16", 1024, 1387.6],
    ["F16", 65_536, 1402.6],
  ])("gives what calculator pages print for %s at %i tokens", async (quant, ctx, total) => {
    const settings = `quant: ${quant}, ctx: ${ctx}, overhead: 0.1, method: NOMINAL`;
    expect(await gib(source, settings)).toBe(total);
  });

  it("says what it is and has no interval", async () => {
    const { estimateVram } = await catalog.ask(`{
      estimateVram(input: { source: ${source}, quant: F16, ctx: 1024, method: NOMINAL }) {
        method basis engine low { gib } high { gib } warnings
      }
    }`);
    expect(estimateVram).toMatchObject({
      method: "NOMINAL",
      basis: "PARAMETER_COUNT",
      engine: null,
      low: null,
      high: null,
    });
    expect(estimateVram.warnings.length).toBe(1);
  });

  it("needs a count of parameters", async () => {
    const bare = "{ architecture: { layers: 61, kvHeads: 8, headDim: 128 } }";
    const { errors } = await catalog.answer(
      `{ estimateVram(input: { source: ${bare}, quant: F16, ctx: 1, method: NOMINAL }) { basis } }`,
    );
    expect(errors?.[0]?.extensions.argument).toBe("input.source.architecture.parameters");
  });
});

describe("an architecture typed in by hand", () => {
  const llama = `layers: 32, kvHeads: 8, headDim: 128, heads: 32, hiddenSize: 4096,
    feedForwardSize: 14336, vocabSize: 128256, contextLength: 131072`;
  const fields =
    "{ kvCache { bytes } weights { bytes } host { bytes } basis low { bytes } total { bytes } high { bytes } }";
  const estimate = async (architecture: string, settings: string) => {
    const input = `{ source: { architecture: { ${architecture} } }, ${settings} }`;
    return (await catalog.ask(`{ estimateVram(input: ${input}) ${fields} }`)).estimateVram;
  };

  it("is computed like the same model of the catalog", async () => {
    const byHand = await estimate(llama, "quant: F16, ctx: 8192");
    const { model } = await catalog.ask(
      `{ model(slug: "llama-3.1-8b") { vram(quant: F16, ctx: 8192) ${fields} } }`,
    );
    // 32 layers × 2 × 8 heads × 128 × 2 bytes × 8,192 tokens: exactly 1 GiB.
    expect(byHand.kvCache.bytes).toBe(2 ** 30);
    expect(byHand.kvCache).toEqual(model.vram.kvCache);
    expect(byHand.basis).toBe("TENSOR_LEVEL");
    const weights = model.vram.weights.bytes;
    expect(Math.abs(byHand.weights.bytes - weights) / weights).toBeLessThan(0.0001);
    expect(byHand.low.bytes).toBeLessThanOrEqual(byHand.total.bytes);
    expect(byHand.high.bytes).toBeGreaterThanOrEqual(byHand.total.bytes);
  });

  it("takes a stated count of parameters for the weights", async () => {
    const stated = await estimate(`parameters: 8000000000, ${llama}`, "quant: Q8_0, ctx: 8192");
    expect(stated.basis).toBe("PARAMETER_COUNT");
    expect(stated.weights.bytes).toBe(8_501_000_000);
  });

  it("knows latent attention, windows and experts", async () => {
    const latent = `latent: { kvLoraRank: 512, ropeHeadDim: 64, nopeHeadDim: 128, valueDim: 128, qLoraRank: 1536 }`;
    const deepseek = `layers: 61, kvHeads: 128, headDim: 192, heads: 128, hiddenSize: 7168,
      feedForwardSize: 18432, vocabSize: 129280, ${latent},
      experts: { total: 256, active: 8, size: 2048, shared: 1, denseLayers: 3 }`;
    const { kvCache, weights } = await estimate(deepseek, "quant: F16, ctx: 65536");
    expect(kvCache.bytes).toBe(61 * 576 * 2 * 65_536);
    expect(weights.bytes / 2 / 671e9).toBeCloseTo(1, 1);
    const windowed = await estimate(
      `${llama}, window: { tokens: 1024, layers: 16 }`,
      "quant: F16, ctx: 65536",
    );
    const whole = 16 * 4096 * 65_536;
    // llama.cpp keeps the window and one micro-batch, rounded up to 256 cells.
    expect(windowed.kvCache.bytes).toBe(whole + 16 * 4096 * (1024 + 512));
  });

  it.each([
    ["hiddenSize", "layers: 1, kvHeads: 1, headDim: 64"],
    ["layers", llama.replace("layers: 32", "layers: 0")],
    ["kvHeads", llama.replace("kvHeads: 8", "kvHeads: 33")],
    ["window.layers", `${llama}, window: { tokens: 1, layers: 33 }`],
    ["experts.active", `${llama}, experts: { total: 4, active: 5, size: 64 }`],
  ])("is refused when %s is wrong", async (member, architecture) => {
    const { errors } = await catalog.answer(
      `{ estimateVram(input: { source: { architecture: { ${architecture} } }, quant: F16, ctx: 1 }) { basis } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      argument: `input.source.architecture.${member}`,
    });
  });

  it("is one of two sources, never both", async () => {
    const { errors } = await catalog.answer(
      `{ estimateVram(input: { source: { model: "a", architecture: { ${llama} } }, quant: F16, ctx: 1 }) { basis } }`,
    );
    expect(errors?.[0]?.message).toMatch(/exactly one/i);
  });
});

describe("the scale of hardware", () => {
  it("has the bounds that estimates are sorted by", async () => {
    const { hardwareTiers } = await catalog.ask(
      "{ hardwareTiers { tier label memory { bytes } } }",
    );
    const tiers = hardwareTiers.map(({ tier }: { tier: string }) => tier);
    expect(tiers).toEqual(HARDWARE_TIERS);
    for (const [index, { tier, memory }] of hardwareTiers.entries()) {
      expect(hardwareTier(memory?.bytes ?? 2 ** 50)).toBe(tier);
      if (memory) expect(hardwareTier(memory.bytes + 1)).toBe(tiers[index + 1]);
    }
  });

  it("comes with every quantization, best first", async () => {
    const { quantizations } = await catalog.ask(
      "{ quantizations { name bitsPerWeight qualityPercent } }",
    );
    expect(quantizations.length).toBe(QUANTIZATION_NAMES.length + CHECKPOINT_FORMAT_NAMES.length);
    expect(quantizations).toContainEqual({
      name: "Q4_K_M",
      bitsPerWeight: 4.894,
      qualityPercent: 97.3,
    });
  });
});

describe("a model of the catalog", () => {
  it("has the cache of latent attention, not that of its heads", async () => {
    const { model } = await catalog.ask(
      `{ model(slug: "deepseek-v3") { vram(quant: Q4_K_M, ctx: 65536) { kvCache { bytes gib formatted } } } }`,
    );
    expect(model.vram.kvCache.bytes).toBe(61 * 576 * 2 * 65_536);
    expect(model.vram.kvCache.gib).toBeCloseTo(4.29, 2);
    expect(model.vram.kvCache.formatted).toBe("4.29 GiB");
  });

  it("gets one answer from vram, vramTable, hardwareTier and estimateVram", async () => {
    const estimate = "{ contextTokens tier total { bytes } }";
    const { model, estimateVram } = await catalog.ask(`{
      model(slug: "gpt-oss-20b") {
        vram(quant: Q8_0, ctx: 16384) ${estimate}
        vramTable(quants: [Q8_0], ctxs: [16384]) { cells ${estimate} }
        hardwareTier(quant: Q8_0, ctx: 16384)
      }
      estimateVram(input: { source: { model: "gpt-oss-20b" }, quant: Q8_0, ctx: 16384 }) ${estimate}
    }`);
    expect(model.vramTable).toEqual([{ cells: [model.vram] }]);
    expect(model.hardwareTier).toBe(model.vram.tier);
    expect(estimateVram).toEqual(model.vram);
  });

  it("refuses a cache type that its heads do not allow, for that field alone", async () => {
    const { data, errors } = await catalog.answer(`{
      model(slug: "rwkv7-2.9b-world") { slug vram(quant: F16, ctx: 1, cacheType: Q4_0) { basis } }
      other: estimateVram(input: {
        source: { architecture: { layers: 1, kvHeads: 1, headDim: 20, heads: 1, hiddenSize: 256, feedForwardSize: 256, vocabSize: 256 } }
        quant: F16, ctx: 1, cacheType: Q4_0
      }) { basis }
    }`);
    expect(data?.model.vram).toMatchObject({ basis: "TENSOR_LEVEL" });
    expect(data?.other).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({
      reason: "UNFIT_CACHE_TYPE",
      argument: "cacheType",
    });
  });

  it("finds hardware that holds it, fewer devices and smaller memory first", async () => {
    const { model } = await catalog.ask(`{
      model(slug: "llama-3.1-8b") {
        vram(quant: Q4_K_M, ctx: 8192) { total { bytes } }
        devices(quant: Q4_K_M, ctx: 8192, first: 100, filter: { vendors: ["nvidia"] }) {
          count device { vendor usableMemory { bytes } }
          usableMemory { bytes } required { bytes } headroom { bytes }
        }
      }
    }`);
    expect(model.devices.length).toBeGreaterThan(20);
    let last = [0, 0];
    for (const { device, count, usableMemory, required, headroom } of model.devices) {
      expect(device.vendor).toBe("NVIDIA");
      expect(usableMemory.bytes).toBe(count * device.usableMemory.bytes);
      expect(headroom.bytes).toBe(usableMemory.bytes - required.bytes);
      expect(headroom.bytes).toBeGreaterThanOrEqual(0);
      expect(required.bytes).toBeGreaterThanOrEqual(model.vram.total.bytes);
      const place = [count, usableMemory.bytes];
      const isAfter = last[0]! < count || (last[0] === count && last[1]! <= usableMemory.bytes);
      expect(isAfter, `${last} before ${place}`).toBe(true);
      last = place;
    }
  });
});
