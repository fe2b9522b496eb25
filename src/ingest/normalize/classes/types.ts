/**
 * What a model class implies that its config file leaves out. One row describes one `model_type` of
 * the transformers library (or of a repository's own code): the defaults of its config class and the
 * shape of its layers. Rows are data; the readers ask for a trait, never for a name.
 */
import type { Flag, Json } from "../reader.ts";
import type {
  EncoderTraits,
  ExpertTraits,
  ExtraRow,
  FullMixer,
  LinearMixer,
  MambaTraits,
  NarrowTraits,
  WindowRule,
} from "./traits.ts";

export type * from "./traits.ts";

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
  /** The key projection has no bias although those of query and value have (Whisper). */
  keyUnbiased: boolean;
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
  narrow: NarrowTraits | null;
  /** The key of the width that queries pass through on their way (Step 3). */
  queryRankKey: string | null;
  /** The key of the dense width where it is not the usual one. */
  denseWidthKey: string | null;
  /** Every layer runs attention and Mamba side by side. */
  parallelMamba: boolean;
  /** What the layers are that a list of attention layers leaves out. */
  unlisted: "linear" | "conv";
  /** Rows that the position table has beyond the stated context. */
  extraPositions: number;
  /** The first rows of the position table stand for padding; the stated maximum counts them (RoBERTa: two). */
  paddingPositions: number;
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
  pooler: "none" | "pooled" | "discriminator";
  /** The key that says how often the layers are run; every run has a cache of its own (Ouro). */
  loopsKey: string | null;
  /** The key that counts the layers that are stored; the others run them again (ALBERT). */
  storedLayersKey: string | null;
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
  keyUnbiased: false,
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
  narrow: null,
  queryRankKey: null,
  denseWidthKey: null,
  parallelMamba: false,
  unlisted: "linear",
  extraPositions: 0,
  paddingPositions: 0,
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
  pooler: "none",
  loopsKey: null,
  storedLayersKey: null,
  queryExperts: false,
  sharedBlocks: false,
  adjust: null,
};

/** Layers of the first transformers: layer norms, biases everywhere, two matrices in the feed-forward. */
export const BIASED: ClassTraits = {
  ...PLAIN,
  norm: "layer",
  normBias: true,
  kvHeads: "queries",
  qkvBias: true,
  outputBias: true,
  mlpBias: true,
  gated: false,
  activation: "gelu",
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
