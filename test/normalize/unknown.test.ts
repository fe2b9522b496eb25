/** What is not known is kept and explained, never guessed; what contradicts itself is shown. */
import { describe, expect, it } from "vitest";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";
import { configOf, textConfigOf } from "./configs.ts";
import { read } from "./read.ts";

describe("classes that nobody has taught the normaliser", () => {
  const config = configOf("meta-llama/Llama-3.1-8B", {
    architectures: ["FutureMindForCausalLM"],
    model_type: "future_mind",
  });

  it("keeps sure facts, has no architecture and names the class", () => {
    const { outcome, reason, facts } = normalizeConfig({ id: "lab/future", config });
    expect(outcome).toBe("partial");
    expect(reason).toContain("FutureMindForCausalLM");
    expect(facts).toMatchObject({ layers: 32, hiddenSize: 4096, contextLength: 131072 });
    expect(facts.architecture).toBeNull();
    expect(facts.totalParameters).toBeUndefined();
    expect(facts.attentionKind).toBeUndefined();
  });

  it("reads an invented type whose class is known by the class", () => {
    const reading = normalizeConfig({
      id: null,
      config: { ...config, architectures: ["LlamaForCausalLM"] },
    });
    expect(reading.outcome).toBe("model");
  });

  it("does not read a section that names an unknown class as the wrapper's usual one", () => {
    const reading = normalizeConfig({
      id: null,
      config: { model_type: "llava", text_config: { ...config, architectures: undefined } },
    });
    expect(reading.outcome).toBe("partial");
    expect(reading.reason).toContain("future_mind");
  });

  describe("a tower that nobody has taught the normaliser", () => {
    const config = {
      model_type: "llava",
      text_config: configOf("meta-llama/Llama-3.1-8B"),
      vision_config: { model_type: "future_vision" },
    };

    it("leaves the total unknown and says which part is to blame", () => {
      const { outcome, facts, issues } = normalizeConfig({ id: null, config });
      expect(outcome).toBe("model");
      expect(facts.totalParameters).toBeUndefined();
      expect(facts.componentParameters?.text).toBe(8_030_261_248);
      expect(issues).toMatchObject([
        { code: "UNCOUNTED_PART", message: expect.stringContaining("vision_config") },
      ]);
    });

    it("takes the total of the file headers, which count it", () => {
      const info = { safetensors: { total: 8_400_000_000 } };
      const { facts, issues, origins } = normalizeConfig({ id: null, config, info });
      expect(issues).toEqual([]);
      expect(facts.totalParameters).toBe(8_400_000_000);
      expect(origins.totalParameters).toMatchObject({ file: "hub", basis: "stated" });
    });

    it("does not take a total of headers that count packed weights", () => {
      const packed = { ...config, quantization_config: { quant_method: "awq", bits: 4 } };
      const info = { safetensors: { total: 8_400_000_000 } };
      const { facts } = normalizeConfig({ id: null, config: packed, info });
      expect(facts.totalParameters).toBeUndefined();
    });
  });

  it("state-spaces/mamba2attn-2.7b mixes attention of its own kind among its blocks", () => {
    const { outcome, reason, facts } = normalizeConfig({
      id: "state-spaces/mamba2attn-2.7b",
      config: {
        d_model: 2560,
        n_layer: 64,
        vocab_size: 50277,
        ssm_cfg: { layer: "Mamba2" },
        attn_layer_idx: [9, 18, 27, 36, 45, 56],
      },
    });
    expect(outcome).toBe("partial");
    expect(reason).toBe("The model class mamba_ssm with attention is not known.");
    expect(facts.totalParameters).toBeUndefined();
  });

  it("liuhaotian/llava-v1.5-7b names its tower without describing it, so its total is unknown", () => {
    const { outcome, facts, issues } = read("meta-llama/Llama-3.1-8B", {
      model_type: "llava_llama",
      mm_vision_tower: "openai/clip-vit-large-patch14-336",
    });
    expect(outcome).toBe("model");
    expect(facts.totalParameters).toBeUndefined();
    expect(issues.map(({ code }) => code)).toEqual(["UNCOUNTED_PART"]);
  });

  it("does not read an unknown kind of layer as attention", () => {
    const types = Array(32).fill("wormhole_attention");
    const { outcome, reason } = read("meta-llama/Llama-3.1-8B", { layer_types: types });
    expect(outcome).toBe("partial");
    expect(reason).toContain("wormhole_attention");
  });

  it("does not read linear layers in a class that has none as attention", () => {
    const types = Array(32).fill("linear_attention");
    const { outcome, reason } = read("meta-llama/Llama-3.1-8B", { layer_types: types });
    expect(outcome).toBe("partial");
    expect(reason).toContain("linear attention");
  });

  it("does not read experts in a dense class as a dense model", () => {
    const { outcome, reason } = read("meta-llama/Llama-3.1-8B", { num_experts: 8 });
    expect(outcome).toBe("partial");
    expect(reason).toContain("experts");
  });

  it("does not read a class of experts without their number as a dense model", () => {
    const { outcome, issues } = read("mistralai/Mixtral-8x7B-v0.1", {
      model_type: "qwen2_moe",
      architectures: ["Qwen2MoeForCausalLM"],
      num_local_experts: undefined,
    });
    expect(outcome).toBe("partial");
    expect(issues).toMatchObject([{ code: "MISSING_FIELD", field: "num_experts" }]);
  });

  it("names a field that is missing", () => {
    const { outcome, issues } = read("meta-llama/Llama-3.1-8B", {
      model_type: "olmo2",
      architectures: ["Olmo2ForCausalLM"],
      intermediate_size: null,
    });
    expect(outcome).toBe("partial");
    expect(issues).toMatchObject([{ code: "MISSING_FIELD", field: "intermediate_size" }]);
  });
});

describe("configs that contradict themselves", () => {
  it("heads that do not divide are named with both figures", () => {
    const { outcome, reason } = read("meta-llama/Llama-3.1-8B", { num_key_value_heads: 7 });
    expect(outcome).toBe("partial");
    expect(reason).toMatch(/32 .*7/);
  });

  it("a hidden size that heads do not divide is named with both figures", () => {
    const { reason } = read("meta-llama/Llama-3.1-8B", {
      num_attention_heads: 33,
      num_key_value_heads: 33,
    });
    expect(reason).toMatch(/4096 .*33/);
  });

  it("a list that is too short is named with both lengths", () => {
    const { outcome, reason } = read("google/gemma-4-E2B-it", {
      text_config: {
        ...textConfigOf("google/gemma-4-E2B-it"),
        layer_types: ["full_attention"],
      },
    });
    expect(outcome).toBe("partial");
    expect(reason).toMatch(/1 entries for 35 layers/);
  });

  it("a list that is too long is used as far as it goes, and said so", () => {
    const { outcome, issues } = read("meta-llama/Llama-3.1-8B", {
      layer_types: Array(40).fill("full_attention"),
    });
    expect(outcome).toBe("model");
    expect(issues).toMatchObject([
      { code: "CONTRADICTION", message: expect.stringMatching(/40.*32/) },
    ]);
  });

  it("more active experts than experts is no model", () => {
    const { outcome, reason } = read("mistralai/Mixtral-8x7B-v0.1", { num_experts_per_tok: 9 });
    expect(outcome).toBe("partial");
    expect(reason).toMatch(/9 of 8/);
  });
});

describe("files that are no model", () => {
  it.each([
    [{ peft_type: "LORA", r: 8 }, "adapter"],
    [{ _class_name: "UNet2DConditionModel" }, "diffusion"],
    [{ weight_map: {} }, "index"],
    [{}, "none of the keys"],
    [[1, 2], "not a JSON object"],
    ["text", "not a JSON object"],
    [null, "not a JSON object"],
  ])("refuses %j", (config, reason) => {
    const reading = normalizeConfig({ id: null, config });
    expect(reading.outcome).toBe("refused");
    expect(reading.reason).toContain(reason);
    expect(reading.facts).toEqual({});
  });
});
