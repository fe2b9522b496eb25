/** Impossible settings are refused by name; merely unwise ones are warned about. */
import { describe, expect, it } from "vitest";
import {
  compile,
  type EstimateSettings,
  EstimatorError,
  evaluate,
} from "../../src/estimator/index.ts";
import * as models from "./models.ts";

function refusal(
  settings: Partial<EstimateSettings>,
  architecture = models.LLAMA_8B,
): [string, string] {
  try {
    evaluate(compile(architecture), { quant: "Q4_K_M", contextTokens: 4096, ...settings });
  } catch (error) {
    if (error instanceof EstimatorError) return [error.code, error.field];
    throw error;
  }
  return ["none", ""];
}

describe("refusals", () => {
  it.each<[Partial<EstimateSettings>, string, string]>([
    [{ contextTokens: 0 }, "OUT_OF_RANGE", "contextTokens"],
    [{ contextTokens: -1 }, "OUT_OF_RANGE", "contextTokens"],
    [{ contextTokens: 1.5 }, "OUT_OF_RANGE", "contextTokens"],
    [{ contextTokens: Number.NaN }, "OUT_OF_RANGE", "contextTokens"],
    [{ contextTokens: 1e15 }, "OUT_OF_RANGE", "contextTokens"],
    [{ sequences: 0 }, "OUT_OF_RANGE", "sequences"],
    [{ ubatch: -512 }, "OUT_OF_RANGE", "ubatch"],
    [{ overheadFraction: -0.1 }, "OUT_OF_RANGE", "overheadFraction"],
    [{ overheadFraction: Number.POSITIVE_INFINITY }, "OUT_OF_RANGE", "overheadFraction"],
    [{ quant: "Q9_K" }, "UNKNOWN_FORMAT", "quant"],
    [{ quant: "toString" }, "UNKNOWN_FORMAT", "quant"],
    [{ cacheTypeK: "q7_0" }, "UNKNOWN_FORMAT", "cacheTypeK"],
    [{ cacheTypeV: "q8_0", flashAttention: false }, "IMPOSSIBLE_SETTINGS", "cacheTypeV"],
    [{ cacheTypeK: "fp8" }, "IMPOSSIBLE_SETTINGS", "cacheTypeK"],
    [{ quant: "FP8", engine: "vllm", cacheTypeK: "q8_0" }, "IMPOSSIBLE_SETTINGS", "cacheTypeK"],
    [{ engine: "transformers", cacheTypeK: "fp8" }, "IMPOSSIBLE_SETTINGS", "cacheTypeK"],
    [{ quant: "AWQ" }, "IMPOSSIBLE_SETTINGS", "quant"],
  ])("%j is refused as %s of %s", (settings, code, field) => {
    expect(refusal(settings)).toEqual([code, field]);
  });

  it("one row for keys and values cannot have two types", () => {
    const types = { cacheTypeK: "f16", cacheTypeV: "q8_0" };
    expect(refusal(types, models.DEEPSEEK_V3)).toEqual(["IMPOSSIBLE_SETTINGS", "cacheTypeV"]);
  });

  it("a block must divide the head", () => {
    const odd = models.model({
      layers: [models.layers(1, models.attention(4, 4, 72), models.dense(512))],
    });
    const types = { cacheTypeK: "q8_0", cacheTypeV: "q8_0" };
    expect(refusal(types, odd)).toEqual(["UNFIT_CACHE_TYPE", "cacheTypeK"]);
  });
});

it("a context beyond the trained one is answered with a warning", () => {
  const { warnings } = evaluate(compile(models.LLAMA_8B), {
    quant: "Q4_K_M",
    contextTokens: 200_000,
  });
  expect(warnings).toEqual([expect.stringContaining("131072")]);
});

it("items add up to the total, with the caller's margin on all of them", () => {
  const estimate = evaluate(compile(models.LLAMA_8B), {
    quant: "Q4_K_M",
    contextTokens: 8192,
    overheadFraction: 0.1,
  });
  const { weightsBytes, kvCacheBytes, recurrentStateBytes, computeBytes, runtimeBytes } = estimate;
  const sum = weightsBytes + kvCacheBytes + recurrentStateBytes + computeBytes + runtimeBytes;
  expect(estimate.overheadBytes).toBe(Math.round(0.1 * sum));
  expect(estimate.totalBytes).toBe(sum + estimate.overheadBytes);
  expect(estimate.lowBytes).toBeLessThan(estimate.totalBytes);
  expect(estimate.highBytes).toBeGreaterThan(estimate.totalBytes);
});
