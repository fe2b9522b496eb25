/** The Gemma line: tied heads, GeGLU, interleaved sliding layers, several norms per layer. */
import { type ClassTraits, type ModelClass, PLAIN, row } from "./types.ts";

const GEMMA: ClassTraits = {
  ...PLAIN,
  tied: true,
  activation: "gelu_pytorch_tanh",
  qkvBias: "attention_bias",
  outputBias: "attention_bias",
  defaults: { head_dim: 256 },
};

const GEMMA3: ClassTraits = {
  ...GEMMA,
  normsPerLayer: 4,
  qkNorm: "head",
  window: { layers: { fullEvery: 6 } },
};

export const GEMMA_CLASSES: readonly ModelClass[] = [
  row(
    "gemma",
    {
      gguf: "gemma",
      defaults: {
        hidden_size: 3072,
        intermediate_size: 24576,
        num_hidden_layers: 28,
        num_attention_heads: 16,
        num_key_value_heads: 16,
        vocab_size: 256000,
        max_position_embeddings: 8192,
      },
    },
    GEMMA,
  ),
  row(
    "gemma2",
    {
      gguf: "gemma2",
      normsPerLayer: 4,
      window: { layers: { fullEvery: 2 } },
      defaults: {
        hidden_size: 2304,
        intermediate_size: 9216,
        num_hidden_layers: 26,
        num_attention_heads: 8,
        num_key_value_heads: 4,
        vocab_size: 256000,
        max_position_embeddings: 8192,
        sliding_window: 4096,
      },
    },
    GEMMA,
  ),
  row(
    "vaultgemma",
    {
      window: { layers: { fullEvery: 2 } },
      defaults: { sliding_window: 512, vocab_size: 256000, max_position_embeddings: 1024 },
    },
    GEMMA,
  ),
  row(
    "gemma3_text",
    {
      gguf: "gemma3",
      ggufVocab: { from: 262208, to: 262144 },
      adjust: "bidirectional",
      architectures: ["Gemma3ForCausalLM", "Gemma3TextModel"],
      defaults: {
        hidden_size: 2304,
        intermediate_size: 9216,
        num_hidden_layers: 26,
        num_attention_heads: 8,
        num_key_value_heads: 4,
        vocab_size: 262208,
        max_position_embeddings: 131072,
        sliding_window: 4096,
      },
    },
    GEMMA3,
  ),
  row(
    "gemma3n_text",
    {
      gguf: "gemma3n",
      storesSharedKv: true,
      architectures: ["Gemma3nForCausalLM"],
      window: { layers: { fullEvery: 5 } },
      defaults: {
        hidden_size: 2048,
        intermediate_size: 16384,
        num_hidden_layers: 35,
        num_attention_heads: 8,
        num_key_value_heads: 2,
        vocab_size: 262400,
        vocab_size_per_layer_input: 262144,
        hidden_size_per_layer_input: 256,
        num_kv_shared_layers: 15,
        max_position_embeddings: 32768,
        sliding_window: 512,
        altup_num_inputs: 4,
        laurel_rank: 64,
      },
    },
    GEMMA3,
  ),
  row(
    "gemma4_text gemma4 gemma4_unified_text gemma4_unified",
    {
      gguf: "gemma4",
      layerScale: true,
      experts: { denseBeside: "feedForward", routerScale: true },
      defaults: {
        global_head_dim: 512,
        sliding_window: 512,
        vocab_size: 262144,
        max_position_embeddings: 131072,
      },
    },
    GEMMA3,
  ),
  row(
    "diffusion_gemma_text diffusion_gemma",
    {
      causal: false,
      layerScale: true,
      experts: { denseBeside: "feedForward", routerScale: true },
      defaults: { sliding_window: 512, vocab_size: 262144 },
    },
    GEMMA3,
  ),
  row(
    "muse_glimmer_text",
    {
      gguf: "muse-glimmer",
      tied: false,
      outputGate: "matrix",
      normsPerLayer: 4,
      window: { layers: { fullEvery: 4 } },
    },
    { ...PLAIN, activation: "gelu_pytorch_tanh" },
  ),
];
