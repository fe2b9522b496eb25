/** Encoder-decoders: T5, BART, Whisper and their kin. Only the decoder caches, and what it keeps of the input. */
import { GLOBAL_PROJECTIONS } from "./encoders.ts";
import { BIASED, type ClassTraits, type EncoderTraits, type ModelClass, row } from "./types.ts";

const SEQ2SEQ: ClassTraits = {
  ...BIASED,
  tied: true,
  normsPerLayer: 3,
  positions: "learned",
};

const ENCODER: EncoderTraits = {
  layers: ["encoder_layers"],
  heads: ["encoder_attention_heads"],
  feedForward: ["encoder_ffn_dim"],
  sourceTokens: { key: "max_position_embeddings", otherwise: 1024 },
};

/** BART's tables of positions have two rows before the first. */
const BART: ClassTraits = {
  ...SEQ2SEQ,
  normAfterEmbedding: true,
  finalNorm: false,
  extraPositions: 2,
  encoder: { ...ENCODER, extraPositions: 2 },
};

const T5: ClassTraits = {
  ...SEQ2SEQ,
  gguf: "t5",
  norm: "rms",
  normBias: false,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  positions: "relative",
  activation: "relu",
  encoder: {
    layers: ["num_layers"],
    heads: ["num_heads"],
    feedForward: ["d_ff"],
    sourceTokens: { key: "n_positions", otherwise: 512 },
    sparseStepKey: "encoder_sparse_step",
  },
  adjust: "t5",
};

const TRANSLATOR: ClassTraits = { ...SEQ2SEQ, positions: "sinusoidal", encoder: ENCODER };

export const SEQ2SEQ_CLASSES: readonly ModelClass[] = [
  row(
    "t5 mt5 umt5 longt5",
    {
      architectures: [
        "T5ForConditionalGeneration",
        "MT5ForConditionalGeneration",
        "T5EncoderModel",
      ],
    },
    T5,
  ),
  row("switch_transformers", { gguf: null, experts: {}, defaults: { num_experts_per_tok: 1 } }, T5),
  row("t5gemma t5_gemma_module", {
    norm: "rms",
    normsPerLayer: 6,
    tied: true,
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    activation: "gelu_pytorch_tanh",
    window: { layers: { fullEvery: 2 } },
    encoder: {
      ...ENCODER,
      section: "encoder",
      sourceTokens: { key: "max_position_embeddings", otherwise: 8192 },
    },
  }),
  row("bart plbart florence2_language", {}, BART),
  row("mbart", { finalNorm: true }, BART),
  row(
    "led",
    {
      extraPositions: 0,
      encoder: {
        ...ENCODER,
        sourceTokens: { key: "max_encoder_position_embeddings", otherwise: 16384 },
        extraPositions: 0,
        extras: GLOBAL_PROJECTIONS,
      },
    },
    BART,
  ),
  row("m2m_100 pegasus", {}, TRANSLATOR),
  row("marian", { architectures: ["MarianMTModel"], finalNorm: false }, TRANSLATOR),
  row(
    "nllb-moe",
    {
      experts: { bias: true },
      encoder: { ...ENCODER, sparseStepKey: "encoder_sparse_step" },
      defaults: { num_experts_per_tok: 2 },
    },
    TRANSLATOR,
  ),
  row(
    "blenderbot",
    { positions: "learned", encoder: { ...ENCODER, extraPositions: 0 } },
    TRANSLATOR,
  ),
  row(
    "whisper",
    {
      architectures: ["WhisperForConditionalGeneration"],
      keyUnbiased: true,
      encoder: { ...ENCODER, sourceTokens: { key: "max_source_positions", otherwise: 1500 } },
      defaults: { max_target_positions: 448 },
    },
    SEQ2SEQ,
  ),
];
