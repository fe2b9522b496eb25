/** File sizes and parameter counts against what llama.cpp's quantizer and the publishers report. */
import { describe, expect, it } from "vitest";
import { compile, countParameters, QUANTIZATION_NAMES } from "../../src/estimator/index.ts";
import * as models from "./models.ts";

describe("file sizes of Llama 3.1 8B", () => {
  const { weights } = compile(models.LLAMA_8B);
  it.each([
    ["F16", 16_061_055_232],
    ["Q8_0", 8_532_934_912],
    ["Q6_K", 6_588_170_496],
    ["Q5_K_M", 5_725_151_488],
    ["Q4_K_M", 4_912_898_304],
    ["Q4_K_S", 4_684_833_024],
    ["Q3_K_L", 4_314_120_448],
    ["Q2_K", 3_171_295_488],
    ["IQ4_XS", 4_476_526_848],
    ["IQ2_XXS", 2_391_376_128],
    ["IQ1_S", 2_011_791_616],
  ])("%s is exact to the byte", (quant, bytes) => {
    expect(weights[quant]?.bytes).toBe(bytes);
  });

  it("an importance matrix changes some mixtures", () => {
    expect(weights.IQ4_XS?.imatrix?.bytes).toBe(4_439_826_688);
    expect(weights.Q4_0?.imatrix?.bytes).toBe(4_668_055_808);
    expect(weights.Q4_K_M?.imatrix).toBeUndefined();
  });

  it("leaves the token embedding with the host", () => {
    expect(weights.Q4_K_M?.hostBytes).toBe(295_501_824);
    expect(weights.Q4_K_M?.deviceBytes).toBe(4_617_396_480);
  });
});

describe("mixtures", () => {
  it("give 80-layer grouped models more bits for values", () => {
    expect(compile(models.LLAMA_70B).weights.Q4_K_M?.bytes).toBe(42_512_531_712);
  });

  it("treat an 80-layer Qwen2-VL like the 80-layer Qwen2", () => {
    const named = (ggufArchitecture: string) =>
      compile({ ...models.LLAMA_70B, ggufArchitecture }).weights.Q4_K_M?.bytes;
    expect(named("qwen2vl")).toBe(named("qwen2"));
    expect(named("qwen2vl")).not.toBe(named("qwen3"));
  });

  it("give eight-expert models eight-bit keys and values", () => {
    expect(compile(models.MIXTRAL_8X7B).weights.Q4_K_M?.bytes).toBe(28_447_727_616);
  });

  it("fall back to smaller blocks where rows are not multiples of 256", () => {
    expect(compile(models.DEEPSEEK_V3).weights.Q4_K_M?.bytes).toBe(404_488_847_360);
  });

  it("put a tied embedding in the output's type and twice into memory", () => {
    const weights = compile(models.GEMMA_3_4B).weights.Q4_K_M;
    expect(weights?.bytes).toBe(2_483_218_432);
    expect(weights?.deviceBytes).toBe(2_483_218_432);
    expect(weights?.hostBytes).toBeGreaterThan(500_000_000);
  });

  it("never make a file larger than F16 nor smaller than one bit per weight", () => {
    for (const architecture of Object.values(models.KNOWN_MODELS)) {
      const { weights, parameters } = compile(architecture);
      for (const quant of QUANTIZATION_NAMES) {
        const bytes = weights[quant]!.bytes;
        expect(Number.isInteger(bytes)).toBe(true);
        expect(bytes).toBeGreaterThan(parameters!.total / 8);
        if (quant !== "F32") expect(bytes).toBeLessThanOrEqual(weights.BF16!.bytes);
      }
    }
  });
});

describe("published files", () => {
  it("win over the inventory and keep its split between device and host", () => {
    const [tensorBytes, quant] = [5_000_000_000, "Q4_K_M"];
    const { weights } = compile(models.LLAMA_8B, [{ quant, tensorBytes }]);
    expect(weights[quant]).toMatchObject({ basis: "PUBLISHED_FILE", bytes: tensorBytes });
    expect(weights[quant]!.deviceBytes + weights[quant]!.hostBytes).toBe(tensorBytes);
  });
});

describe("parameter counts", () => {
  it.each([
    ["LLAMA_8B", 8_030_261_248],
    ["LLAMA_70B", 70_553_706_496],
    ["MIXTRAL_8X7B", 46_702_792_704],
    ["DEEPSEEK_V3", 671_026_404_352],
    ["GEMMA_3_4B", 3_880_263_168],
    ["QWEN_3_5_27B", 26_895_998_464],
  ] as const)("%s has as many as its own library counts", (name, total) => {
    expect(countParameters(models.KNOWN_MODELS[name]).total).toBe(total);
  });

  it("active parameters count the experts that a token visits", () => {
    const { active, total } = countParameters(models.DEEPSEEK_V3);
    expect(active / 1e9).toBeCloseTo(37.55, 1);
    expect(total).toBeGreaterThan(active);
  });
});

describe("checkpoint formats", () => {
  const { weights } = compile(models.DEEPSEEK_V3);
  it("FP8 in blocks is a little over one byte per weight", () => {
    expect(weights.FP8!.bytes / 2 ** 30).toBeCloseTo(626.8, 0);
  });

  it("four-bit formats order by the size of their scales", () => {
    const llama = compile(models.LLAMA_8B).weights;
    expect(llama.AWQ!.bytes).toBeLessThan(llama.NF4!.bytes);
    expect(llama.MLX_4BIT!.bytes).toBeLessThan(llama.AWQ!.bytes);
    expect(llama.NF4_DOUBLE!.bytes).toBeLessThan(llama.AWQ!.bytes);
  });
});
