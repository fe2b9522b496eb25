/** The other engines by their own rules: vLLM's pages against published logs, transformers' tensors. */
import { describe, expect, it } from "vitest";
import { compile, type EstimateSettings, evaluate, toGiB } from "../../src/estimator/index.ts";
import * as models from "./models.ts";

const estimate = (
  architecture: Parameters<typeof compile>[0],
  settings: Partial<EstimateSettings>,
) => evaluate(compile(architecture), { quant: "BF16", contextTokens: 8192, ...settings });

describe("a tower beside the text model", () => {
  const tower = { kind: "vision", parameters: 400_000_000 } as const;
  const seeing = { ...models.LLAMA_8B, components: [tower] };
  const weights = (engine: EstimateSettings["engine"], quant = "BF16") =>
    estimate(seeing, { engine, quant }).weightsBytes -
    estimate(models.LLAMA_8B, { engine, quant }).weightsBytes;

  it("is loaded with its checkpoint, in 16 bits whatever the format of the text model", () => {
    for (const engine of ["vllm", "transformers"] as const) {
      expect(weights(engine)).toBe(800_000_000);
      expect(weights(engine, "FP8")).toBe(800_000_000);
    }
  });

  it("is a file of its own for llama.cpp", () => {
    expect(weights("llama.cpp")).toBe(0);
  });

  it("is in the size of a published checkpoint already", () => {
    const published = compile(seeing, [{ quant: "FP8", tensorBytes: 9e9 }]);
    const settings = { quant: "FP8", contextTokens: 1024, engine: "vllm" } as const;
    expect(evaluate(published, settings).weightsBytes).toBe(9e9);
  });
});

describe("vLLM", () => {
  const vllm = { engine: "vllm" } as const;

  it("5,691 blocks of 16 tokens of Llama 3.1 8B are 11.115 GiB", () => {
    const { kvCacheBytes } = estimate(models.LLAMA_8B, { ...vllm, contextTokens: 5691 * 16 });
    expect(toGiB(kvCacheBytes)).toBeCloseTo(11.115, 3);
  });

  it("1,952 blocks are 3.8125 GiB", () => {
    const { kvCacheBytes } = estimate(models.LLAMA_8B, { ...vllm, contextTokens: 1952 * 16 });
    expect(toGiB(kvCacheBytes)).toBe(3.8125);
  });

  it("shares heads out among ranks, and copies them when there are too few", () => {
    const at = (tensorParallel: number) =>
      estimate(models.LLAMA_8B, { ...vllm, tensorParallel }).kvCacheBytes;
    expect(at(1)).toBe(8 * at(8));
    expect(at(16)).toBe(at(8));
  });

  it("keeps latent rows whole on every rank", () => {
    const at = (tensorParallel: number) =>
      estimate(models.DEEPSEEK_V3, { ...vllm, tensorParallel }).kvCacheBytes;
    expect(at(8)).toBe(at(1));
    expect(at(1)).toBe(61 * 8192 * 576 * 2);
  });

  it("stores latent rows in FP8 with scales, beside FP8 indexer keys: 43.667 GiB of 975,424 tokens", () => {
    const indexer = { heads: 64, headDim: 128, topK: 2048, stored: true };
    const sparse = {
      ...models.DEEPSEEK_V3,
      layers: models.DEEPSEEK_V3.layers.map((group) => ({
        ...group,
        mixer: group.mixer.kind === "latent" ? { ...group.mixer, indexer } : group.mixer,
      })),
    };
    const settings = { ...vllm, cacheTypeK: "fp8", contextTokens: 975_424 };
    expect(toGiB(estimate(sparse, settings).kvCacheBytes)).toBeCloseTo(43.667, 3);
  });

  it("limits sliding layers to the window and what one step may add", () => {
    const at = (contextTokens: number) =>
      estimate(models.GEMMA_3_4B, { ...vllm, contextTokens, maxBatchedTokens: 2048 }).kvCacheBytes;
    const growth = at(65_536) - at(32_768);
    // Six groups of five layers, five of them sliding: only the full group grows.
    expect(growth).toBe(5 * 32_768 * 2 * 4 * 256 * 2);
  });
});

describe("transformers", () => {
  const transformers = { engine: "transformers" } as const;

  it("keeps one token fewer than the window", () => {
    const { kvCacheBytes } = estimate(models.GEMMA_3_4B, { ...transformers, contextTokens: 4096 });
    expect(kvCacheBytes).toBe((5 * 4096 + 29 * 1023) * 2 * 4 * 256 * 2);
  });

  it("keeps all columns of a convolution in 16 bits and the recurrence in 32", () => {
    const { recurrentStateBytes } = estimate(models.FALCON_MAMBA, transformers);
    expect(recurrentStateBytes).toBe(64 * (8192 * 4 * 2 + 16 * 8192 * 4));
  });
});
