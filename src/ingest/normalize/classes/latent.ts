/** Classes with multi-head latent attention (DeepSeek V2 and after) and compressed attention (V4). */
import { type ClassTraits, type ModelClass, PLAIN, row } from "./types.ts";

const MLA: ClassTraits = {
  ...PLAIN,
  gguf: "deepseek2",
  full: "latent",
  qkvBias: "attention_bias",
  outputBias: "attention_bias",
  experts: {},
};

const V3: ClassTraits = { ...MLA, experts: { routerBias: true }, mtpOwnEmbeddings: true };

export const LATENT_CLASSES: readonly ModelClass[] = [
  row("deepseek_v2 deepseek_v2_text", { adjust: "optionalLatent" }, MLA),
  row(
    "deepseek_v3 kimi_k2 deepseek_v3_text axk1 AXK1 mistral_large_3",
    { architectures: ["AXK1ForCausalLM", "MistralLarge3ForCausalLM"] },
    V3,
  ),
  row("deepseek_v32", { gguf: "deepseek32" }, V3),
  row("glm_moe_dsa", { gguf: "glm-dsa", mtpOwnEmbeddings: false }, V3),
  row("glm4_moe_lite", { gguf: "deepseek2", mtpUnstated: 1 }, V3),
  row("mistral4", { gguf: "mistral4", architectures: ["Mistral4ForCausalLM"] }, V3),
  row(
    "hy_v4",
    {
      gguf: "hy_v4",
      architectures: ["HYV4ForCausalLM"],
      extras: [{ columns: ["hidden"], rows: ["heads", "v_head_dim"] }, { columns: ["heads"] }],
      streamsMixed: false,
    },
    V3,
  ),
  row("sarvam_mla", { architectures: ["SarvamMLAForCausalLM"] }, V3),
  row(
    "longcat_flash",
    {
      architectures: ["LongcatFlashForCausalLM"],
      twoBlocks: true,
      experts: {
        routerBias: true,
        denseBeside: "feedForward",
        firstBlockOnly: true,
        idleKey: "zero_expert_num",
      },
    },
    V3,
  ),
  row("youtu_llm youtu", { gguf: "deepseek2", experts: null, tied: true }, MLA),
  row("plm", { gguf: "plm", experts: null, gated: false, activation: "relu2", tied: true }, MLA),
  row(
    "minicpm3",
    { gguf: "minicpm3", experts: null, tied: true, defaults: { v_head_dim: 64 } },
    MLA,
  ),
  row(
    "deepseek_v4 deepseek_ref",
    {
      gguf: "deepseek4",
      architectures: ["DeepseekV4ForCausalLM"],
      full: "compressed",
      sinks: true,
    },
    V3,
  ),
];
