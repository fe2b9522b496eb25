/**
 * The one shape every model is reduced to. A model is an ordered list of layer groups; a layer has a
 * mixer (what carries information between tokens, and therefore what is cached) and a feed-forward.
 * Families differ only in the values here: no arithmetic of this room ever asks for a family's name.
 * Widths are element counts, never bytes; what a value costs is decided by the formats and engines.
 */

import type { CrossAttention, Mixer } from "./mixers.ts";

export type * from "./mixers.ts";

/** Consecutive equal layers. The order matters: quantizers treat first and last layers differently. */
export interface LayerGroup {
  /** How many consecutive layers look exactly like this one. */
  count: number;
  mixer: Mixer;
  feedForward: FeedForward;
  /** Decoder layers that also attend to an encoder or to vision tokens (T5, Whisper, Llama 3.2 Vision). */
  crossAttention?: CrossAttention | null;
  /** Norm vectors of these layers where they differ from the model's `norms.perLayer`. */
  norms?: number;
  /** Learned matrices and vectors that neither the mixer nor the feed-forward describes. */
  extras?: ExtraTensor[];
}

/** A matrix of a layer outside the usual places (an adapter, a scale of the residual); a vector has one row. */
export interface ExtraTensor {
  columns: number;
  rows: number;
}

export type FeedForward = DenseFeedForward | MoeFeedForward | NoFeedForward;

export interface DenseFeedForward {
  kind: "dense";
  width: number;
  /** Three matrices (SwiGLU, GeGLU) when true, two when false. */
  gated: boolean;
  bias: boolean;
  /** Gate and up are one matrix in the publisher's file, and so in the GGUF (Phi-3, GLM-4). */
  fusedGateUp?: boolean;
  /** Learned scalars of the activation function (Apertus: two); no part of a GGUF's tensors. */
  activationParameters?: number;
  /** A norm between the activation and the down projection (BitNet). */
  innerNorm?: boolean;
}

export interface MoeFeedForward {
  kind: "moe";
  /** Routed experts. */
  experts: number;
  /** Routed experts that each token chooses, idle ones among them. */
  activeExperts: number;
  /** Outputs of the router that stand for doing nothing: chosen like experts, without weights (LongCat). */
  idleExperts?: number;
  expertWidth: number;
  gated: boolean;
  /** Biases inside the experts and on the router (gpt-oss). */
  bias: boolean;
  /** A score-correction vector of one value per expert (`e_score_correction_bias`). */
  routerBias: boolean;
  /** That vector is a learned parameter rather than a value the trainer sets by rule (ERNIE, AFMoE). */
  routerBiasLearned?: boolean;
  /** A learned scale on the router's input and one per expert (Gemma 4). */
  routerScale?: boolean;
  /** Experts that every token visits, and their summed width; 0 when there are none. */
  sharedExperts: number;
  sharedWidth: number;
  /** One learned gate for the shared expert (Qwen MoE). */
  sharedGate: boolean;
  /** Width of a dense feed-forward that runs beside the experts (Arctic, Gemma 4 MoE); 0 for none. */
  denseWidth: number;
  /** Routed experts that only tokens of pictures visit, beside those of text (ERNIE 4.5 VL). */
  pictureExperts?: { experts: number; width: number };
  /** Experts work on a compressed stream of this width (Nemotron-3 Super); 0 for none. */
  latentWidth: number;
}

export interface NoFeedForward {
  kind: "none";
}

/** Norm vectors of one layer. `elements` of every vector is the hidden size unless said otherwise. */
export interface LayerNorms {
  kind: "rms" | "layer" | "none";
  /** Vectors per layer: 2 usually, 4 in Gemma 2 and later, 1 with a parallel block (Cohere). */
  perLayer: number;
  /** Layer norms with bias store twice as much. */
  bias: boolean;
  /** A norm directly after the token embedding (BLOOM, RWKV, BERT). */
  afterEmbedding: boolean;
  /** A norm before the output head. */
  final: boolean;
}

/** A separate tower (vision, audio) or an encoder: counted, never quantized with the text model. */
export interface Component {
  kind: "vision" | "audio" | "projector" | "encoder" | "mtp" | "other";
  /** Unique parameters; null when the publisher does not say enough to count them. */
  parameters: number | null;
  note?: string;
}

/** An embedding narrower than the layers, with a matrix that widens it (ALBERT, small ELECTRA, OPT 350M). */
export interface NarrowEmbedding {
  width: number;
  /** Positions, segments and the norm of the embedding are as narrow (ALBERT), or as wide as the layers (OPT). */
  positions: boolean;
  /** A bias on the widening matrix. */
  bias: boolean;
  /** A matrix narrows the stream again before the tied head (OPT). */
  narrowsAgain: boolean;
}

/** Where the encoder of an encoder-decoder is unlike the decoder. */
export interface EncoderShape {
  hiddenSize: number;
  /** Rows of a token embedding of its own; 0 where both stacks share one. */
  vocabSize: number;
  /** Rows of its learned table of positions. */
  learnedPositions: number;
  norms: LayerNorms;
}

/** Extra layers that predict further tokens (DeepSeek-V3 MTP, GLM-4.5 NextN); not part of `layers`. */
export interface MtpLayers {
  count: number;
  /** Each extra layer repeats the last layer's shape unless the publisher says otherwise. */
  ownEmbeddings: boolean;
}

/** Gemma 3n and Gemma 4 E-models: a second embedding table with one row per token and layer. */
export interface PerLayerEmbedding {
  /** Columns per layer (`hidden_size_per_layer_input`). */
  width: number;
  vocabSize: number;
  /** Rows in the converter's file where they differ (Gemma 3n: padded to the text vocabulary). */
  ggufVocabSize?: number;
}

/** Gemma 3n: parallel copies of the residual stream and a low-rank side path in every layer. */
export interface AltUp {
  /** Copies of the stream (`altup_num_inputs`). */
  inputs: number;
  laurelRank: number;
}

/** DeepSeek V4: the residual stream is several streams that learned matrices mix around each block. */
export interface HyperConnections {
  /** Streams (`hc_mult`). */
  streams: number;
  /** First layers whose router is a fixed table from token to experts (`num_hash_layers`). */
  hashLayers: number;
  /** False: each block only weighs the streams it reads and writes, without a matrix among them (Hy 4). */
  mixed?: boolean;
}

export interface Architecture {
  /** Width of the residual stream. */
  hiddenSize: number;
  vocabSize: number;
  /** The output head is the token embedding (`tie_word_embeddings`). */
  tiedEmbeddings: boolean;
  /** False for pure encoders without a language head (embedding models). */
  outputHead: boolean;
  /** A bias on the output head (Phi-2, GPT-J). */
  outputHeadBias: boolean;
  /** Learned absolute positions: rows of an embedding table; 0 when positions are rotary, ALiBi or absent. */
  learnedPositions: number;
  /** Rows of the table that tells segments of the input apart (BERT: 2); 0 or absent without one. */
  tokenTypes?: number;
  /** Trained context in tokens, extensions that ship in the config included; null when unknown. */
  contextLength: number | null;
  /** Frequency-factor vectors that a GGUF stores for scaled RoPE: elements in all (`rope_freqs`, `rope_factors_*`). */
  ropeFactorElements: number;
  norms: LayerNorms;
  /** Decoder layers, in order. For a pure encoder these are its layers, and nothing is cached. */
  layers: LayerGroup[];
  /** True when the layers keep a cache from token to token (false for BERT-like encoders). */
  causal: boolean;
  narrowEmbedding?: NarrowEmbedding | null;
  /** Encoder of an encoder-decoder model; its output is not cached but feeds cross-attention. */
  encoderLayers?: LayerGroup[];
  /** Absent: as wide as the decoder, two norms per layer, no positions or embedding of its own. */
  encoderShape?: EncoderShape | null;
  /** Rows of the learned table of relative positions, one per stack (T5); 0 or absent when there is none. */
  relativePositionBuckets?: number;
  perLayerEmbedding?: PerLayerEmbedding | null;
  mtp?: MtpLayers | null;
  altUp?: AltUp | null;
  hyperConnections?: HyperConnections | null;
  /** One learned scalar per layer that scales its output (Gemma 4). */
  layerScale?: boolean;
  /** Rows of the embedding in the converter's file where it differs from `vocabSize` (Gemma 3: trimmed). */
  ggufVocabSize?: number;
  /** Parts beside the text model. */
  components: Component[];
  /**
   * `general.architecture` of the GGUF that llama.cpp's converter would write; null when it has none.
   * Read only where an engine's own rules are keyed by this name (quantization mixtures), never in
   * formulas.
   */
  ggufArchitecture: string | null;
}
