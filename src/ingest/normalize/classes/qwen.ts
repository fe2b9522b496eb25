/** Dense classes of the Qwen and GLM lines, with biases on queries, keys and values. */
import { type ClassTraits, type ModelClass, PLAIN, row } from "./types.ts";

const QWEN2: ClassTraits = {
  ...PLAIN,
  gguf: "qwen2",
  qkvBias: true,
  window: {
    layers: "all",
    onlyIf: "use_sliding_window",
    fromKey: "max_window_layers",
    llamaCppIgnores: true,
  },
};

const QWEN3: ClassTraits = {
  ...PLAIN,
  gguf: "qwen3",
  qkvBias: "attention_bias",
  outputBias: "attention_bias",
  qkNorm: "head",
  window: {
    layers: "all",
    onlyIf: "use_sliding_window",
    fromKey: "max_window_layers",
    llamaCppIgnores: true,
  },
  defaults: { head_dim: 128 },
};

export const QWEN_CLASSES: readonly ModelClass[] = [
  row("glm", {
    gguf: "chatglm",
    qkvBias: { key: "attention_bias", otherwise: false },
    fusedGateUp: true,
    defaults: { head_dim: 128 },
  }),
  row("glm4 glm4v_text", {
    gguf: "glm4",
    architectures: ["Glm4vTextModel", "Glm4vForConditionalGeneration"],
    qkvBias: { key: "attention_bias", otherwise: false },
    fusedGateUp: true,
    normsPerLayer: 4,
    defaults: { head_dim: 128 },
  }),
  row("glm_ocr_text", { fusedGateUp: true, normsPerLayer: 4, qkvBias: "attention_bias" }),
  row("chatglm", {
    gguf: "chatglm",
    architectures: ["ChatGLMForConditionalGeneration", "ChatGLMModel"],
    qkvBias: { key: "add_qkv_bias", otherwise: false },
    outputBias: "add_bias_linear",
    fusedQkv: true,
    fusedGateUp: true,
    mlpBias: "add_bias_linear",
    adjust: "chatglm",
  }),
  row("qwen", {
    gguf: "qwen",
    architectures: ["QWenLMHeadModel"],
    kvHeads: "queries",
    qkvBias: true,
    fusedQkv: true,
    feedForwardScale: 0.5,
  }),
  row("qwen2 qwen2_text qwen2_5_omni_text", {}, QWEN2),
  row("qwen2_vl_text qwen2_5_vl_text qwen2_vl qwen2_5_vl", { gguf: "qwen2vl" }, QWEN2),
  row("dream Dream", { gguf: "dream", architectures: ["DreamModel"], causal: false }, QWEN2),
  row("qwen3 qwen3_text qwen3_asr_text", { architectures: ["Qwen3Model"] }, QWEN3),
  row("sdar bidirectional_pplx_qwen3", { causal: false }, QWEN3),
  row("qwen3_vl_text qwen3_vl", { gguf: "qwen3vl" }, QWEN3),
];
