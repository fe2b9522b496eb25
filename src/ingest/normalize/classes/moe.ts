/**
 * Mixture-of-experts decoders with plain attention. `experts` says what the class adds to the generic
 * reading of expert counts, widths and dense layers.
 */
import { type ClassTraits, type ExpertTraits, type ModelClass, row } from "./types.ts";

const BIASED: Pick<ClassTraits, "qkvBias" | "outputBias" | "mlpBias"> = {
  qkvBias: "use_bias",
  outputBias: "use_bias",
  mlpBias: "use_bias",
};

const ERNIE_EXPERTS: ExpertTraits = {
  routerBias: { key: "moe_use_aux_free", otherwise: true },
  routerBiasLearned: true,
};

export const MOE_CLASSES: readonly ModelClass[] = [
  row("mixtral", {
    gguf: "llama",
    experts: {},
    window: { layers: "all", llamaCppIgnores: true },
    defaults: { num_local_experts: 8, num_experts_per_tok: 2, num_key_value_heads: 8 },
  }),
  row("olmoe", {
    gguf: "olmoe",
    qkNorm: "full",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    experts: {},
  }),
  row("flex_olmo", { qkNorm: "full", experts: {} }),
  row("phimoe", {
    gguf: "phimoe",
    architectures: ["PhiMoEForCausalLM", "PhimoeForCausalLM"],
    norm: "layer",
    normBias: true,
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    outputHeadBias: "lm_head_bias",
    experts: {},
    window: { layers: "all", llamaCppIgnores: true },
  }),
  row("dbrx", {
    gguf: "dbrx",
    norm: "layer",
    fusedQkv: true,
    experts: {},
    defaults: { tie_word_embeddings: false },
  }),
  row("deepseek", { gguf: "deepseek", experts: {}, qkvBias: "attention_bias" }),
  row("ernie4_5_moe ernie4_5_moe_text", {
    gguf: "ernie4_5-moe",
    architectures: ["Ernie4_5_MoeForCausalLM", "Ernie4_5_MoE_ForCausalLM"],
    ...BIASED,
    tied: true,
    experts: ERNIE_EXPERTS,
  }),
  row("ernie4_5_moe_vl ernie4_5_vl_moe_text ernie4_5_vl_moe", {
    ...BIASED,
    architectures: ["Ernie4_5_VLMoeForConditionalGeneration"],
    tied: true,
    experts: { ...ERNIE_EXPERTS, byModality: true },
  }),
  row("glm4_moe glm4v_moe_text", {
    gguf: "glm4moe",
    qkvBias: "attention_bias",
    qkNorm: "head",
    qkNormIf: "use_qk_norm",
    experts: { routerBias: true },
    mtpOwnEmbeddings: true,
    defaults: { first_k_dense_replace: 1 },
  }),
  row("dots1", {
    gguf: "dots1",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    qkNorm: "head",
    experts: { routerBias: true },
  }),
  row("bailing_moe_v2 bailingmoe2", {
    gguf: "bailingmoe2",
    architectures: ["BailingMoeV2ForCausalLM"],
    qkvBias: "use_qkv_bias",
    outputBias: "use_bias",
    fusedQkv: true,
    qkNorm: "head",
    qkNormIf: { key: "use_qk_norm", otherwise: true },
    experts: { routerBias: { key: "moe_router_enable_expert_bias", otherwise: true } },
  }),
  row("bailing_moe", {
    gguf: "bailingmoe",
    architectures: ["BailingMoeForCausalLM"],
    qkvBias: "use_qkv_bias",
    outputBias: "use_bias",
    qkNorm: "head",
    qkNormIf: "use_qk_norm",
    experts: { routerBias: "moe_router_enable_expert_bias" },
  }),
  row("llada2_moe llada_moe", {
    gguf: "llada-moe",
    architectures: ["LLaDA2MoeModelLM", "LLaDAMoEModelLM"],
    qkvBias: "use_qkv_bias",
    outputBias: "use_bias",
    qkNorm: "head",
    qkNormIf: { key: "use_qk_norm", otherwise: true },
    experts: { routerBias: true },
    causal: false,
  }),
  row("granitemoe granitemoeshared", {
    gguf: "granitemoe",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    experts: {},
  }),
  row("minimax_m2", {
    gguf: "minimax-m2",
    qkNorm: "full",
    qkNormIf: { key: "use_qk_norm", otherwise: true },
    experts: { routerBias: { key: "use_routing_bias", otherwise: true } },
  }),
  row("minimax_m3 minimax_m3_text minimax_m3_vl_text", {
    gguf: "minimax-m3",
    architectures: ["MiniMaxM3ForCausalLM", "MiniMaxM3SparseForCausalLM", "MiniMaxM3VLForCausalLM"],
    qkNorm: "head",
    qkNormIf: { key: "use_qk_norm", otherwise: true },
    experts: { routerBias: { key: "use_routing_bias", otherwise: true } },
  }),
  row("hunyuan_v1_moe hunyuan_moe hunyuan", {
    gguf: "hunyuan-moe",
    architectures: ["HunYuanMoEV1ForCausalLM", "HunYuanMoEForCausalLM", "HunYuanForCausalLM"],
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    qkNorm: "head",
    qkNormIf: "use_qk_norm",
    experts: {},
  }),
  row("arctic", {
    gguf: "arctic",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    normsPerLayer: 3,
    experts: {
      denseBeside: "hidden",
      denseBesideIf: { key: "parallel_attn_mlp_res", otherwise: true },
    },
    defaults: { num_local_experts: 128, num_experts_per_tok: 2, moe_layer_frequency: 2 },
  }),
  row("grok-1 grok", {
    gguf: "grok",
    architectures: ["Grok1ForCausalLM", "Grok1ModelForCausalLM"],
    normsPerLayer: 4,
    activation: "gelu",
    experts: { denseBeside: "feedForward", denseBesideIf: "residual_moe" },
  }),
  row("aria_text aria_moe_lm", { architectures: ["AriaMoELMForCausalLM"], experts: {} }),
  row("solar_open", {
    gguf: "glm4moe",
    experts: { routerBias: true },
    defaults: { head_dim: 128 },
  }),
  row("hy_v3", {
    architectures: ["HYV3ForCausalLM"],
    qkNorm: "head",
    qkNormIf: { key: "qk_norm", otherwise: true },
    experts: { routerBias: true },
  }),
  row("sarvam_moe", {
    qkNorm: "head",
    qkNormIf: "use_qk_norm",
    qkvBias: "use_qkv_bias",
    outputBias: "use_bias",
    fusedQkv: true,
    experts: { routerBias: "moe_router_enable_expert_bias" },
  }),
  row("step3_text", {
    gguf: null,
    architectures: ["Step3TextForCausalLM", "Step3TextModel"],
    queryRankKey: "share_q_dim",
    experts: {},
  }),
  row("jetmoe", {
    tied: true,
    queryExperts: true,
    experts: {},
    // The experts of attention and feed-forward share one bias each.
    extras: [{ columns: ["hidden"] }, { columns: ["hidden"] }],
    defaults: { kv_channels: 128 },
  }),
];
