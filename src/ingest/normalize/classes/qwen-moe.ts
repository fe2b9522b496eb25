/** Qwen's mixtures of experts, and the models that others made of them. */
import { type ClassTraits, type ModelClass, PLAIN, row } from "./types.ts";

const QWEN_MOE: ClassTraits = {
  ...PLAIN,
  qkvBias: { key: "qkv_bias", otherwise: false },
  window: {
    layers: "all",
    onlyIf: "use_sliding_window",
    fromKey: "max_window_layers",
    llamaCppIgnores: true,
  },
};

export const QWEN_MOE_CLASSES: readonly ModelClass[] = [
  row("qwen2_moe", { gguf: "qwen2moe", qkvBias: true, experts: { sharedGate: true } }, QWEN_MOE),
  row(
    "qwen3_moe qwen3_moe_text qwen3_omni_moe_text",
    {
      gguf: "qwen3moe",
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      qkNorm: "head",
      experts: {},
      defaults: { num_experts: 128, num_experts_per_tok: 8 },
    },
    QWEN_MOE,
  ),
  row(
    "qwen3_vl_moe_text",
    {
      gguf: "qwen3vlmoe",
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      qkNorm: "head",
      experts: {},
      defaults: { head_dim: 128 },
    },
    QWEN_MOE,
  ),
  row(
    "rnd1",
    {
      gguf: "rnd1",
      architectures: ["RND1", "RND1LM"],
      causal: false,
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      qkNorm: "head",
      experts: {},
    },
    QWEN_MOE,
  ),
  row(
    "grove_moe grovemoe",
    {
      gguf: "grovemoe",
      architectures: ["GroveMoeForCausalLM"],
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      qkNorm: "head",
      experts: {},
      // Every two experts share a small one beside them.
      extras: [
        {
          columns: ["hidden"],
          rows: [1.5, "num_experts", 128],
          on: "experts",
        },
      ],
    },
    QWEN_MOE,
  ),
];
