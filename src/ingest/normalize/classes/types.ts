/**
 * What a model class implies that its config file leaves out. One row describes one `model_type` of
 * the transformers library (or of a repository's own code): the defaults of its config class and the
 * shape of its layers. Rows are data; the readers ask for a trait, never for a name.
 */
import type { Flag, Json } from "../reader.ts";

/** How the layers that attend to the whole context do it. */
export type FullMixer = "attention" | "latent" | "compressed" | "mamba" | "rwkv" | "matrixMemory";
/** What `linear_attention` in a layer list stands for. */
export type LinearMixer = "deltaNet" | "kimiDelta" | "lightning" | "mamba" | "rgLru" | null;

/** Which layers slide when the file does not list them. */
export interface WindowRule {
  /** `all`: every layer; `every`: all but every nth layer slide (the last of n is full). */
  layers: "none" | "all" | { fullEvery: number; fullAt?: "first" | "last" };
  /** A key that must be true for any window to count (`use_sliding_window`). */
  onlyIf?: Flag;
  /** Layers below this stated index do not slide (`max_window_layers`). */
  fromKey?: string;
  /** llama.cpp keeps a full cache for this class. */
  llamaCppIgnores?: boolean;
}

export interface ExpertTraits {
  /** Counts and widths may be pairs: for text, and for pictures (ERNIE 4.5 VL). */
  byModality?: boolean;
  /** Some models of the class have none, and their files then say nothing of experts. */
  optional?: boolean;
  /** The file states experts that the model does not have. */
  none?: boolean;
  /** One learned gate scales the shared expert (Qwen). */
  sharedGate?: boolean;
  /** Shared experts that every layer of the class has, whatever the file says. */
  shared?: number;
  /** A correction vector of one value per expert. */
  routerBias?: Flag;
  /** That vector is a learned parameter of the class, not a buffer. */
  routerBiasLearned?: boolean;
  /** Scales on the router's input and per expert, and three more norms around the experts (Gemma 4). */
  routerScale?: boolean;
  /** Biases inside the experts. */
  bias?: boolean;
  gated?: boolean;
  /** A dense feed-forward of the stated width (or of the hidden size) runs beside the experts. */
  denseBeside?: "feedForward" | "hidden";
  /** Only when this key is true. */
  denseBesideIf?: Flag;
  /** Where every layer is two blocks, only the first of them has experts. */
  firstBlockOnly?: boolean;
  /** Which layers hold experts when no key says: `all`, or every nth counted from the first or last of n. */
  layers?: "all" | { every: number; offset: number };
  /** The key that names the width of the stream experts work on, when it is narrower. */
  latentWidthKey?: string;
}

export interface EncoderTraits {
  layers: readonly string[];
  heads: readonly string[];
  feedForward: readonly string[];
  /** The key of the longest input the encoder takes, and its value when absent. */
  sourceTokens: { key: string; otherwise: number };
}

export interface MambaTraits {
  version: 1 | 2;
  /** Time step, decay and skip per head instead of per channel, in version 1 (PLaMo 2). */
  perHead?: boolean;
  /** B, C and the time step (or the output) are normalised inside the block. */
  innerNorm: Flag;
  convBias: Flag;
  projectionBias: Flag;
}

/**
 * A matrix that every layer has beside the usual ones: the factors of its columns and rows. A factor is
 * a number, `hidden`, `heads`, or a key of the config.
 */
export interface ExtraRow {
  columns: readonly (string | number)[];
  rows?: readonly (string | number)[];
  /** Only layers with attention, or with experts. */
  on?: "attention" | "experts";
  onlyIf?: Flag;
}

export interface ClassTraits {
  /** `general.architecture` that llama.cpp's converter writes; null when it cannot convert the class. */
  gguf: string | null;
  /** The same for configs of this class that have experts, where it differs. */
  ggufMoe?: string | null;
  /** Values the config class sets when the file leaves a key out, under their usual keys. */
  defaults: Json;
  causal: boolean;
  /** Whether the head is the embedding when the file does not say. */
  tied: boolean;
  outputHead: boolean;
  outputHeadBias: Flag;
  norm: "rms" | "layer" | "none";
  normBias: Flag;
  normsPerLayer: number;
  normAfterEmbedding: boolean;
  finalNorm: boolean;
  full: FullMixer;
  linear: LinearMixer;
  /** `queries`: as many key heads as query heads, whatever the file says; `multiQuery`: one, unless its key says false. */
  kvHeads: "grouped" | "queries" | "multiQuery";
  qkvBias: Flag;
  outputBias: Flag;
  qkNorm: "none" | "head" | "full";
  /** A key that switches the query and key norm on or off. */
  qkNormIf: Flag;
  sinks: boolean;
  outputGate: "none" | "element" | "matrix" | "head";
  fusedQkv: boolean;
  gated: boolean;
  mlpBias: Flag;
  fusedGateUp: boolean;
  /** The activation when `hidden_act` and its aliases are absent. */
  activation: string;
  window: WindowRule;
  positions: "rope" | "learned" | "alibi" | "relative" | "sinusoidal" | "none";
  experts: ExpertTraits | null;
  mamba: MambaTraits | null;
  /** False for classes whose layers are a mixer alone. */
  feedForward: boolean;
  /** Width in hidden sizes when no key states one; null when the file must. */
  feedForwardMultiple: number | null;
  /** A norm between the activation and the down projection (BitNet). */
  feedForwardNorm: boolean;
  /** Learned scalars of the activation in every layer (Apertus: two). */
  activationParameters: number;
  /** The stated width times this is the real one: 0.5 where the key counts gate and up together. */
  feedForwardScale: number;
  /** A key that may make the embedding narrower than the layers. */
  embeddingWidthKey: string | null;
  /** The key of the dense width where it is not the usual one. */
  denseWidthKey: string | null;
  /** Every layer runs attention and Mamba side by side. */
  parallelMamba: boolean;
  /** What the layers are that a list of attention layers leaves out. */
  unlisted: "linear" | "conv";
  /** Rows that the position table has beyond the stated context. */
  extraPositions: number;
  /** Each stated layer is two attention blocks, experts in the first (LongCat). */
  twoBlocks: boolean;
  /** Keys of an encoder that feeds the decoder through cross-attention; null for decoders alone. */
  encoder: EncoderTraits | null;
  /** Two more norms per layer when the file switches them on. */
  postNormsIf: Flag;
  /** Extra prediction layers come with an embedding and a head of their own. */
  mtpOwnEmbeddings: boolean;
  /** Extra prediction layers that are published although no key mentions them. */
  mtpUnstated: number;
  /** Extra prediction layers have a dense feed-forward where the model has experts. */
  mtpDense: boolean;
  /** One learned scalar per layer scales its output. */
  layerScale: boolean;
  /** Layers that read another layer's cache still carry key and value weights in the files. */
  storesSharedKv: boolean;
  /** The converter writes this many embedding rows where the file states those (`from`). */
  ggufVocab: { from: number; to: number } | null;
  /** Learned parts of a layer that no mixer and no feed-forward describes. */
  extras: readonly ExtraRow[];
  /** Parallel residual streams are mixed with each other (DeepSeek V4), not only read and written (Hy 4). */
  streamsMixed: boolean;
  /** A pooled sentence vector or a head of its own follows the layers, by the name of the class (BERT). */
  pooler: boolean;
  /** The key that says how often the layers are run; every run has a cache of its own (Ouro). */
  loopsKey: string | null;
  /** Queries and outputs are chosen among experts, like the feed-forward (JetMoE). */
  queryExperts: boolean;
  /** One or two attention blocks are run again and again between Mamba layers (Zamba). */
  sharedBlocks: boolean;
  /** A named rule that changes these traits by what the file says. */
  adjust: string | null;
}

export interface ModelClass extends ClassTraits {
  /** `model_type` values; the first is the usual one. */
  names: readonly string[];
  /** Values of `architectures[0]` that do not follow from the name. */
  architectures: readonly string[];
}

export type ClassRow = Partial<ClassTraits> & { architectures?: readonly string[] };

/** The plain decoder of most open models: RMS norm, rotary positions, gated feed-forward, no bias. */
export const PLAIN: ClassTraits = {
  gguf: null,
  defaults: {},
  causal: true,
  tied: false,
  outputHead: true,
  outputHeadBias: false,
  norm: "rms",
  normBias: false,
  normsPerLayer: 2,
  normAfterEmbedding: false,
  finalNorm: true,
  full: "attention",
  linear: null,
  kvHeads: "grouped",
  qkvBias: false,
  outputBias: false,
  qkNorm: "none",
  qkNormIf: true,
  sinks: false,
  outputGate: "none",
  fusedQkv: false,
  gated: true,
  mlpBias: false,
  fusedGateUp: false,
  activation: "silu",
  window: { layers: "none" },
  positions: "rope",
  experts: null,
  mamba: null,
  feedForward: true,
  feedForwardMultiple: null,
  feedForwardNorm: false,
  activationParameters: 0,
  feedForwardScale: 1,
  embeddingWidthKey: null,
  denseWidthKey: null,
  parallelMamba: false,
  unlisted: "linear",
  extraPositions: 0,
  twoBlocks: false,
  encoder: null,
  postNormsIf: false,
  mtpOwnEmbeddings: false,
  mtpUnstated: 0,
  mtpDense: false,
  layerScale: false,
  storesSharedKv: false,
  ggufVocab: null,
  extras: [],
  streamsMixed: true,
  pooler: false,
  loopsKey: null,
  queryExperts: false,
  sharedBlocks: false,
  adjust: null,
};

/** One row of a table: names separated by blanks, then what differs from the base. */
export function row(names: string, differs: ClassRow, base: ClassTraits = PLAIN): ModelClass {
  return {
    ...base,
    architectures: [],
    ...differs,
    defaults: { ...base.defaults, ...differs.defaults },
    names: names.split(" "),
  };
}
