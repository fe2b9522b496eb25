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
    },
    GEMMA,
  ),
  row(
    "gemma2",
    {
      gguf: "gemma2",
      normsPerLayer: 4,
      window: { layers: { fullEvery: 2 } },
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
        intermediate_size: 16384,
      },
    },
    GEMMA3,
  ),
  row(
    "gemma4_text gemma4 gemma4_unified_text gemma4_unified",
    {
      gguf: "gemma4",
      layerScale: true,
      experts: { optional: true, denseBeside: "feedForward", routerScale: true },
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
      experts: { optional: true, denseBeside: "feedForward", routerScale: true },
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
