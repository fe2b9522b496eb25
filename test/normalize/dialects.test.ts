/** Classes that change with what their file says, other file formats, and names that mislead. */
import { describe, expect, it } from "vitest";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";
import { configOf } from "./configs.ts";
import { architectureOf, attentionOf, layersOf, read } from "./read.ts";

const facts = (config: Record<string, unknown>) => normalizeConfig({ id: null, config }).facts;

describe("one class, several models", () => {
  it("ChatGLM-6B: the first of its line is a plain GPT with a tied head", () => {
    const { totalParameters, normalization } = facts({
      architectures: ["ChatGLMModel"],
      model_type: "chatglm",
      hidden_size: 4096,
      inner_hidden_size: 16384,
      num_layers: 28,
      num_attention_heads: 32,
      vocab_size: 130528,
      max_sequence_length: 2048,
    });
    expect(totalParameters).toBe(6_173_286_400);
    expect(normalization).toBe("LayerNorm");
  });

  it("Baichuan2-13B: positions are ALiBi where the 7B model's are rotary", () => {
    const config = {
      model_type: "baichuan",
      hidden_size: 5120,
      intermediate_size: 13696,
      num_hidden_layers: 40,
      num_attention_heads: 40,
      vocab_size: 125696,
      model_max_length: 4096,
    };
    expect(facts(config)).toMatchObject({
      totalParameters: 13_896_668_160,
      positionEmbedding: "ALiBi",
      contextLength: 4096,
    });
    expect(facts({ ...config, max_position_embeddings: 4096 }).positionEmbedding).toBe("RoPE");
  });

  it("Hunyuan-Large: every second layer reads the cache of the one before", () => {
    const reading = read("tencent/Hunyuan-A13B-Instruct", { use_cla: true, cla_share_factor: 2 });
    const caches = layersOf(architectureOf(reading)).map((layer) => attentionOf(layer).cache);
    expect(caches.slice(0, 4)).toEqual(["own", "shared", "own", "shared"]);
  });

  it("DeepSeek-OCR: latent attention that is switched off is plain attention", () => {
    const { attentionKind, headDim } = facts({
      model_type: "deepseek_vl_v2",
      language_config: {
        ...configOf("deepseek-ai/DeepSeek-V3"),
        architectures: ["DeepseekV2ForCausalLM"],
        model_type: "deepseek_v2",
        use_mla: false,
        kv_lora_rank: null,
        q_lora_rank: null,
        qk_nope_head_dim: 0,
        qk_rope_head_dim: 0,
        v_head_dim: 0,
      },
    });
    expect([attentionKind, headDim]).toEqual(["MHA", 56]);
  });

  it("MiniCPM-V: the text model depends on the version", () => {
    const config = {
      ...configOf("Qwen/Qwen2.5-7B-Instruct"),
      architectures: ["MiniCPMV"],
      model_type: "minicpmv",
    };
    const bias = (version: unknown) => {
      const reading = normalizeConfig({ id: null, config: { ...config, version } });
      return attentionOf(layersOf(architectureOf(reading))[0]!).weights.qkvBias;
    };
    expect([bias(2.6), bias(2.5)]).toEqual([true, false]);
  });
});

describe("params.json", () => {
  it("Mistral-7B-v0.3: is read like the config of the same model", () => {
    const params = {
      dim: 4096,
      n_layers: 32,
      head_dim: 128,
      hidden_dim: 14336,
      n_heads: 32,
      n_kv_heads: 8,
      vocab_size: 32768,
    };
    const found = normalizeConfig({ id: null, config: null, files: { params } }).facts;
    expect(found).toMatchObject({ totalParameters: 7_248_023_552, kvHeads: 8 });
  });

  it("Llama-3-8B: the width follows from Meta's rule", () => {
    const { feedForwardSize } = facts({
      dim: 4096,
      n_layers: 32,
      n_heads: 32,
      n_kv_heads: 8,
      vocab_size: 128256,
      multiple_of: 1024,
      ffn_dim_multiplier: 1.3,
    });
    expect(feedForwardSize).toBe(14336);
  });

  it("Mistral-Large-3: latent attention, experts and the tower come from one file", () => {
    const { facts, outcome } = normalizeConfig({
      id: null,
      config: {
        dim: 7168,
        n_layers: 61,
        head_dim: 128,
        hidden_dim: 16384,
        n_heads: 128,
        n_kv_heads: 128,
        q_lora_rank: 1536,
        kv_lora_rank: 512,
        qk_nope_head_dim: 128,
        qk_rope_head_dim: 64,
        v_head_dim: 128,
        vocab_size: 131072,
        moe: {
          num_experts: 128,
          num_experts_per_tok: 4,
          first_k_dense_replace: 3,
          expert_hidden_dim: 4096,
          num_shared_experts: 1,
        },
        vision_encoder: {
          hidden_size: 1664,
          intermediate_size: 8192,
          num_hidden_layers: 48,
          num_attention_heads: 16,
          patch_size: 14,
          image_size: 1540,
          mm_projector_id: "patch_merge",
        },
      },
    });
    expect(outcome).toBe("model");
    expect(facts).toMatchObject({ attentionKind: "MLA", experts: 128, activeExperts: 4 });
    // Published as 675 billion parameters, 41 billion of them active, with a tower of 2.5 billion.
    expect(facts.totalParameters! / 675e9).toBeCloseTo(1, 2);
    expect((facts.componentParameters?.vision ?? 0) / 2.5e9).toBeCloseTo(1, 1);
  });

  it("Llama-2-7b: a vocabulary of -1 is not replaced by the usual one", () => {
    const reading = normalizeConfig({
      id: null,
      config: { dim: 4096, n_layers: 32, n_heads: 32, vocab_size: -1, multiple_of: 256 },
    });
    expect(reading.outcome).toBe("refused");
    expect(reading.reason).toContain("vocab_size");
  });
});

describe("names that mislead", () => {
  it("an Eagle draft calls itself a Llama", () => {
    const reading = read("meta-llama/Llama-3.1-8B", {
      architectures: ["LlamaForCausalLMEagle3"],
      num_hidden_layers: 1,
    });
    expect(reading.outcome).toBe("partial");
    expect(reading.reason).toContain("draft");
  });

  it("jina-embeddings-v2 brings its own code under the type of BERT, and is read by its class", () => {
    const config = {
      architectures: ["JinaBertForMaskedLM"],
      model_type: "bert",
      auto_map: { AutoModelForMaskedLM: "other/repository--modeling_bert.JinaBertForMaskedLM" },
      hidden_size: 768,
      vocab_size: 30528,
      max_position_embeddings: 8192,
    };
    expect(facts(config).positionEmbedding).toBe("ALiBi");
    const architectures = ["HomeBrewBertModel"];
    const auto_map = { AutoModel: "other/repository--modeling_bert.HomeBrewBertModel" };
    const unknown = normalizeConfig({ id: null, config: { ...config, architectures, auto_map } });
    expect(unknown.outcome).toBe("partial");
    expect(unknown.reason).toContain("HomeBrewBertModel");
  });

  it("Kimi-K2 runs the code of DeepSeek V3 under its own type", () => {
    const reading = read("deepseek-ai/DeepSeek-V3", { model_type: "kimi_k2" });
    expect(reading.facts).toMatchObject({ attentionKind: "MLA", modelType: "kimi_k2" });
  });
});

describe("a layer that differs from the rest", () => {
  it("Gemma 4 in transformers 5: is described under its number, in as many digits as the last", () => {
    const config = (layers: number, key: string) => ({
      model_type: "gemma4_text",
      hidden_size: 256,
      intermediate_size: 512,
      num_hidden_layers: layers,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 64,
      vocab_size: 1000,
      layer_types: Array.from({ length: layers }, (_, i) =>
        i === 5 ? "full_attention" : "sliding_attention",
      ),
      per_layer_config: { [key]: { head_dim: 128, num_key_value_heads: 1 } },
    });
    for (const [layers, key] of [
      [6, "5"],
      [12, "05"],
    ] as const) {
      const shape = normalizeConfig({ id: null, config: config(layers, key) }).facts.architecture;
      const full = shape?.layers.find(
        ({ mixer }) => mixer.kind === "attention" && mixer.window === null,
      );
      expect(full?.mixer).toMatchObject({ keyDim: 128, kvHeads: 1 });
    }
  });
});

describe("nested sections, which libraries write as a difference from their class", () => {
  const wrapped = (text: Record<string, unknown>) =>
    normalizeConfig({ id: null, config: { model_type: "llava", text_config: text } });

  it("have the class's value where they are silent", () => {
    const { outcome, facts, origins } = wrapped({ model_type: "mistral" });
    expect(outcome).toBe("model");
    expect(facts).toMatchObject({ layers: 32, kvHeads: 8, attentionWindow: 4096 });
    expect(origins.kvHeads?.basis).toBe("class-default");
  });

  it("are not silent where they say null", () => {
    const { facts } = wrapped({ model_type: "mistral", num_key_value_heads: null });
    expect(facts.kvHeads).toBe(32);
  });

  it("do not lend their class's values to a flat file, which is written whole", () => {
    const { outcome, reason } = normalizeConfig({
      id: null,
      config: { model_type: "qwen3_vl_text" },
    });
    expect(outcome).toBe("partial");
    expect(reason).toContain("hidden_size");
  });
});
