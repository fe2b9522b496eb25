/** Cache and state sizes against figures that llama.cpp itself reported, and rules one can check by hand. */
import { describe, expect, it } from "vitest";
import { compile, type EstimateSettings, evaluate, MIB, toGiB } from "../../src/estimator/index.ts";
import * as models from "./models.ts";

function cacheBytes(
  architecture: Parameters<typeof compile>[0],
  contextTokens: number,
  settings: Partial<EstimateSettings> = {},
): number {
  return evaluate(compile(architecture), { quant: "F16", contextTokens, ...settings }).kvCacheBytes;
}

describe("full attention", () => {
  it("stores keys and values of every layer: Llama 3.1 8B takes 1 GiB at 8,192 tokens", () => {
    expect(toGiB(cacheBytes(models.LLAMA_8B, 8192))).toBe(1);
  });

  it("rounds the context up to 256 cells", () => {
    expect(cacheBytes(models.LLAMA_8B, 5000)).toBe(671_088_640);
    expect(cacheBytes(models.LLAMA_8B, 1)).toBe(cacheBytes(models.LLAMA_8B, 256));
  });

  it("rounds every stream up when sequences do not share one", () => {
    expect(cacheBytes(models.LLAMA_8B, 5000, { sequences: 3 })).toBe(704_643_072);
    expect(cacheBytes(models.LLAMA_8B, 32_768, { sequences: 4, kvUnified: true })).toBe(
      4_294_967_296,
    );
  });

  it("charges quantized types by their blocks", () => {
    const cache = (type: string) =>
      cacheBytes(models.LLAMA_8B, 131_072, { cacheTypeK: type, cacheTypeV: type });
    expect(cache("q8_0")).toBe(9_126_805_504);
    expect(cache("q4_0")).toBe(4_831_838_208);
  });
});

describe("windows", () => {
  it("keep window and micro-batch, rounded up: 29 of Gemma 3's 34 layers hold 1,536 cells", () => {
    const perCell = 2 * 4 * 256 * 2;
    expect(cacheBytes(models.GEMMA_3_4B, 32_768)).toBe((5 * 32_768 + 29 * 1536) * perCell);
  });

  it("grow with the sequences that share a stream", () => {
    const perCell = 2 * 4 * 256 * 2;
    const shared = cacheBytes(models.GEMMA_3_4B, 32_768, { sequences: 4, kvUnified: true });
    expect(shared).toBe((5 * 32_768 + 29 * (4 * 1024 + 512)) * perCell);
  });

  it("are ignored when the full-size cache is asked for", () => {
    const full = cacheBytes(models.GEMMA_3_4B, 32_768, { swaFull: true });
    expect(full).toBe(34 * 32_768 * 2 * 4 * 256 * 2);
  });
});

describe("latent and compressed attention", () => {
  it("DeepSeek V3 stores one row of 576 per layer: 549 MiB at 8K, 4.29 GiB at 64K", () => {
    expect(cacheBytes(models.DEEPSEEK_V3, 8192)).toBe(549 * MIB);
    expect(toGiB(cacheBytes(models.DEEPSEEK_V3, 65_536))).toBeCloseTo(4.29, 2);
  });

  it("DeepSeek V4 keeps a window and compressed entries, each sequence its own", () => {
    expect(cacheBytes(models.DEEPSEEK_V4_FLASH, 4096)).toBe(78_790_656);
    expect(cacheBytes(models.DEEPSEEK_V4_FLASH, 131_072)).toBe(947_798_016);
    expect(cacheBytes(models.DEEPSEEK_V4_FLASH, 32_768, { sequences: 4, kvUnified: true })).toBe(
      1_085_865_984,
    );
  });
});

describe("recurrent state", () => {
  it("does not depend on the context and is kept once per sequence", () => {
    const profile = compile(models.FALCON_MAMBA);
    const state = (contextTokens: number, sequences: number) =>
      evaluate(profile, { quant: "F16", contextTokens, sequences }).recurrentStateBytes;
    const perSequence = 64 * (16 * 8192 + 3 * 8192) * 4;
    expect(state(256, 1)).toBe(perSequence);
    expect(state(1_000_000, 1)).toBe(perSequence);
    expect(state(4096, 7)).toBe(7 * perSequence);
  });

  it("stands beside the cache of the attention layers in a hybrid", () => {
    const estimate = evaluate(compile(models.QWEN_3_5_27B), { quant: "F16", contextTokens: 8192 });
    expect(estimate.kvCacheBytes).toBe(16 * 8192 * 2 * 4 * 256 * 2);
    expect(estimate.recurrentStateBytes).toBe(
      48 * (128 * 48 * 128 + 3 * (2 * 16 * 128 + 48 * 128)) * 4,
    );
  });
});

describe("values without flash attention", () => {
  it("pad every row to the widest value of any layer", () => {
    const wide = models.attention(8, 8, 128);
    const narrow = models.attention(8, 2, 128);
    const mixed = models.model({
      layers: [
        models.layers(1, wide, models.dense(512)),
        models.layers(1, narrow, models.dense(512)),
      ],
    });
    const keys = (1024 + 256) * 256 * 2;
    expect(cacheBytes(mixed, 256)).toBe(2 * keys);
    expect(cacheBytes(mixed, 256, { flashAttention: false })).toBe(keys + 2 * 1024 * 256 * 2);
  });
});
