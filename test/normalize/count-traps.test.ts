/** Traps in parameter counts and context lengths, each named after the model that shows it. */
import { describe, expect, it } from "vitest";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";
import { type Config, configOf } from "./configs.ts";
import { read } from "./read.ts";

function stated(name: string, total: number, changes: Config = {}) {
  const config = configOf(name, changes);
  return normalizeConfig({ id: name, config, info: { safetensors: { total } } });
}

describe("parameter counts", () => {
  it.each([
    ["meta-llama/Llama-3.1-8B", 8_030_261_248],
    ["mistralai/Mixtral-8x7B-v0.1", 46_702_792_704],
    ["openai/gpt-oss-20b", 20_914_757_184],
    ["deepseek-ai/DeepSeek-V3", 671_026_404_352],
    ["Qwen/Qwen3-Next-80B-A3B-Instruct", 79_674_391_296],
    ["deepseek-ai/DeepSeek-V4-Flash", 284_332_230_231],
  ] as const)("%s has %i", (name, total) => {
    expect(read(name).facts.totalParameters).toBe(total);
  });

  it("DeepSeek-V3-0324-NVFP4: packed weights in the headers are no contradiction", () => {
    const packed = { quantization_config: { quant_method: "modelopt", quant_algo: "NVFP4" } };
    const { issues, facts } = stated("deepseek-ai/DeepSeek-V3", 396_767_013_632, packed);
    expect(issues).toEqual([]);
    expect(facts.totalParameters).toBe(671_026_404_352);
    expect(facts.statedParameters).toBe(396_767_013_632);
  });

  it("DeepSeek-V3: the stated 685 B are the model and its prediction layer", () => {
    expect(stated("deepseek-ai/DeepSeek-V3", 684_531_386_000).issues).toEqual([]);
  });

  it("Qwen3-0.6B: a stored copy of the tied head is no contradiction", () => {
    const { issues, facts } = stated("Qwen/Qwen3-0.6B", 751_632_384);
    expect(issues).toEqual([]);
    expect(facts.totalParameters).toBe(596_049_920);
  });

  it("gpt2: causal masks in the file are no contradiction", () => {
    const { issues, facts } = stated("openai-community/gpt2", 137_022_720);
    expect(issues).toEqual([]);
    expect(facts.totalParameters).toBe(124_439_808);
  });

  it("gemma-3-4b-it: the vision tower belongs to the total", () => {
    const { facts, issues } = stated("google/gemma-3-4b-it", 4_300_079_472);
    expect(issues).toEqual([]);
    expect(facts.totalParameters).toBe(4_300_079_472);
    expect(facts.componentParameters?.text).toBe(3_880_263_168);
  });

  it("llava-1.5-7b: tower and projector belong to the total", () => {
    expect(read("llava-hf/llava-1.5-7b-hf").facts.totalParameters).toBe(7_063_427_072);
  });

  it("GLM-4.7-FP8: a stated total that nothing explains is flagged with both figures", () => {
    const { issues, facts } = stated("meta-llama/Llama-3.1-8B", 21_999_000_000);
    expect(issues).toEqual([
      {
        code: "PARAMETER_MISMATCH",
        field: "totalParameters",
        message: expect.stringMatching(/21999000000.*8030261248/),
      },
    ]);
    expect(facts.totalParameters).toBe(8_030_261_248);
  });

  it("gpt-oss-20b: scales that the headers count as parameters are no contradiction", () => {
    const packed = { quantization_config: { quant_method: "mxfp4" } };
    const { issues, facts } = stated("openai/gpt-oss-20b", 21_511_953_984, packed);
    expect(issues).toEqual([]);
    expect(facts.totalParameters).toBe(20_914_757_184);
  });

  it("gemma-4-E2B: the second embedding belongs to the total and not to the layers", () => {
    const { facts } = read("google/gemma-4-E2B-it");
    expect(facts.componentParameters?.embedding).toBe(2_765_226_240);
    expect(facts.totalParameters).toBe(4_628_569_344);
  });

  it("Llama-4-Maverick: 17B in the name are the active parameters, counted layer by layer", () => {
    const { facts } = read("meta-llama/Llama-4-Maverick-17B-128E");
    expect(facts.totalParameters).toBe(400_711_848_960);
    expect(facts.activeParameters).toBe(17_184_691_200);
  });

  it("MiniMax-M3: active parameters are those of the visited experts", () => {
    expect(read("MiniMaxAI/MiniMax-M3").facts.activeParameters).toBe(25_962_466_560);
  });

  it("Mixtral-8x7B: two of eight experts are active, not a share of everything", () => {
    expect(read("mistralai/Mixtral-8x7B-v0.1").facts.activeParameters).toBe(12_879_925_248);
  });
});

describe("context", () => {
  it("DeepSeek-V3: the stated maximum already contains the scaling", () => {
    const { facts } = read("deepseek-ai/DeepSeek-V3");
    expect(facts.contextLength).toBe(163_840);
    expect(facts.extendedContextLength ?? null).toBeNull();
    expect(facts.ropeScaling).toEqual({ kind: "yarn", factor: 40, originalContextLength: 4096 });
  });

  it("Llama-3.1-8B: its own kind of scaling is no product", () => {
    const { facts } = read("meta-llama/Llama-3.1-8B");
    expect(facts.contextLength).toBe(131_072);
    expect(facts.extendedContextLength ?? null).toBeNull();
    expect(facts.architecture?.ropeFactorElements).toBe(64);
  });

  it("Qwen2.5-7B: YaRN that is switched on by hand extends the stated context", () => {
    const { facts } = read("Qwen/Qwen2.5-7B-Instruct", {
      rope_scaling: { type: "yarn", factor: 4, original_max_position_embeddings: 32768 },
    });
    expect(facts).toMatchObject({ contextLength: 32_768, extendedContextLength: 131_072 });
  });

  it("Hunyuan-A13B: dynamic scaling by alpha is no extension that the file states", () => {
    const { facts } = read("tencent/Hunyuan-A13B-Instruct");
    expect(facts.contextLength).toBe(32_768);
    expect(facts.extendedContextLength ?? null).toBeNull();
  });

  it("Phi-3.5-mini: two vectors of factors belong to its long context", () => {
    const { facts } = read("microsoft/Phi-3.5-mini-instruct");
    expect(facts.positionEmbedding).toBe("LongRoPE");
    expect(facts.ropeScaling).toMatchObject({ kind: "longrope", originalContextLength: 4096 });
    expect(facts.architecture?.ropeFactorElements).toBe(96);
  });

  it("Meta-Llama-3-8B converted: a converter's context is what its own file states, and no more", () => {
    const { facts, origins } = read("meta-llama/Llama-3.1-8B", { max_position_embeddings: 512 });
    expect(facts.contextLength).toBe(512);
    expect(origins.contextLength).toMatchObject({ basis: "stated", file: "config.json" });
  });

  it("Llama-3.1 behind a gate: a context that nothing states stays unknown", () => {
    const reading = read("openai-community/gpt2", { n_positions: null, n_ctx: null });
    expect(reading.origins.contextLength?.basis).toBe("class-default");
    const llama = normalizeConfig({
      id: null,
      config: configOf("Qwen/Qwen-7B-Chat", { seq_length: null }),
    });
    expect(llama.facts.contextLength ?? null).toBeNull();
  });
});
