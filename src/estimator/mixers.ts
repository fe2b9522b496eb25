/**
 * What carries information between the tokens of a layer, and is therefore cached: one shape per
 * mechanism. Which publisher calls it what is the normaliser's business.
 */

export type Mixer =
  | AttentionMixer
  | LatentAttentionMixer
  | CompressedAttentionMixer
  | MambaMixer
  | DeltaNetMixer
  | KimiDeltaMixer
  | LightningMixer
  | ShortConvMixer
  | RwkvMixer
  | RgLruMixer
  | MatrixMemoryMixer
  | ParallelMixer
  | NoMixer;

/** Multi-head, grouped-query or multi-query attention, over the whole context or a part of it. */
export interface AttentionMixer {
  kind: "attention";
  heads: number;
  kvHeads: number;
  /** Width of one key head. */
  keyDim: number;
  /** Width of one value head; differs from `keyDim` in MiMo-V2 and others. */
  valueDim: number;
  /** Null: every token sees the whole context. */
  window: AttentionWindow | null;
  /** `shared`: the layer reads another layer's cache and stores none (Gemma 3n, Gemma 4 E-models). */
  cache: "own" | "shared";
  /** A small key cache used to choose which tokens to attend to (MiniMax-M3). */
  indexer?: SparseIndexer | null;
  /** Width that queries, keys and values are projected from, where it is not the model's (Zamba: twice that). */
  inputWidth?: number;
  weights: AttentionWeights;
}

export interface AttentionWindow {
  /** `sliding`: the last `tokens` tokens; `chunked`: the tokens of the current chunk (Llama 4). */
  kind: "sliding" | "chunked";
  tokens: number;
  /** Set where llama.cpp keeps a full cache in spite of the config (Phi-3, Mistral 7B v0.1, StarCoder2). */
  llamaCpp?: "ignored";
}

/** What an attention layer holds beside the four projection matrices. */
export interface AttentionWeights {
  /** Bias on query, key and value projections (`attention_bias`, `qkv_bias`). */
  qkvBias: boolean;
  /** Only query and value have that bias (Whisper). */
  keyUnbiased?: boolean;
  /** Bias on the output projection. */
  outputBias: boolean;
  /** RMS norm on queries and keys: `head` has one vector of head width, `full` one of all heads together. */
  qkNorm: "none" | "head" | "full";
  /** One learned logit per head that absorbs attention (gpt-oss, MiMo-V2). */
  sinks: boolean;
  /** `element`: the query projection is twice as wide, its second half gates the output (Qwen3-Next); `matrix`: a gate of that width in a matrix of its own (AFMoE); `head`: one gate per head. */
  outputGate: "none" | "element" | "matrix" | "head";
  /** The publisher stores query, key and value as one matrix, and so does the GGUF. */
  fusedQkv: boolean;
  /** Keys and values come from one projection (`attention_k_eq_v`, Gemma 4); both are still cached. */
  keyIsValue?: boolean;
  /** A layer without a cache of its own still has key and value projections in its file (Gemma 3n). */
  storedWhenShared?: boolean;
  /** The layer runs an earlier layer's matrices over a cache of its own, and stores none (Zamba). */
  borrowed?: boolean;
  /** Queries take two steps, through a normalised stream of this width (Step 3). */
  queryRank?: number;
  /** A router chooses the query and output projections of each token; keys and values are common (JetMoE). */
  queryExperts?: { experts: number; active: number };
}

/** Multi-head latent attention: one compressed row per token instead of keys and values. */
export interface LatentAttentionMixer {
  kind: "latent";
  heads: number;
  /** Null when queries are projected directly (`q_lora_rank: null`). */
  qLoraRank: number | null;
  kvLoraRank: number;
  /** Per-head key width without position (`qk_nope_head_dim`). */
  nopeHeadDim: number;
  /** Key width that carries position, shared by all heads (`qk_rope_head_dim`). */
  ropeHeadDim: number;
  valueDim: number;
  /** Null or absent: every token sees the whole context. */
  window?: AttentionWindow | null;
  /** DeepSeek sparse attention; `stored: false` for layers that reuse an earlier layer's indexer. */
  indexer?: SparseIndexer | null;
}

/** The light-weight scorer of sparse attention (`index_n_heads`, `index_head_dim`, `index_topk`). */
export interface SparseIndexer {
  heads: number;
  headDim: number;
  /** How many tokens are selected (`index_topk`). */
  topK: number;
  /** False: this layer reads another layer's index and has neither weights nor cache of its own. */
  stored: boolean;
}

/** DeepSeek V4: a window of raw tokens plus one compressed entry per `ratio` tokens (0: window only). */
export interface CompressedAttentionMixer {
  kind: "compressed";
  heads: number;
  headDim: number;
  ropeHeadDim: number;
  qLoraRank: number;
  /** Output projection in `groups` low-rank parts (`o_groups`, `o_lora_rank`). */
  outputGroups: number;
  outputLoraRank: number;
  windowTokens: number;
  ratio: number;
  indexer: SparseIndexer | null;
}

/** A selective state space layer. Its state has a fixed size, whatever the context. */
export interface MambaMixer {
  kind: "mamba";
  version: 1 | 2;
  /** Width inside the block (`d_inner`). */
  innerSize: number;
  /** State columns per channel (`d_state`). */
  stateSize: number;
  /** Width of the causal convolution (`d_conv`). */
  convKernel: number;
  /** Groups that share B and C (Mamba-2); 0 for version 1. */
  groups: number;
  /** Heads (Mamba-2); 0 for version 1. */
  heads: number;
  /** Rank of the time-step projection (Mamba-1); 0 for version 2. */
  timeStepRank: number;
  convBias: boolean;
  projectionBias: boolean;
  /** Jamba and Granite normalise inside the block. */
  innerNorm: boolean;
  /** Time step, decay and skip are one number per head instead of one per channel (PLaMo 2, version 1). */
  perHead?: boolean;
}

/** Gated delta net (Qwen3-Next, Qwen3.5 and later). */
export interface DeltaNetMixer {
  kind: "deltaNet";
  keyHeads: number;
  valueHeads: number;
  keyDim: number;
  valueDim: number;
  convKernel: number;
}

/** Kimi delta attention: a gated delta rule with per-channel decay (Kimi Linear, Kimi K3). */
export interface KimiDeltaMixer {
  kind: "kimiDelta";
  heads: number;
  headDim: number;
  convKernel: number;
}

/** Lightning attention: one square state per head (MiniMax-Text-01, MiniMax-M1). */
export interface LightningMixer {
  kind: "lightning";
  heads: number;
  headDim: number;
}

/** A gated short convolution (LFM2). */
export interface ShortConvMixer {
  kind: "shortConv";
  kernel: number;
}

/** A gated linear recurrent unit: one number per channel is kept (RecurrentGemma, Griffin). */
export interface RgLruMixer {
  kind: "rgLru";
  width: number;
  /** Blocks of the two gate matrices. */
  heads: number;
  convKernel: number;
}

/** xLSTM's matrix memory: one matrix per head, a normaliser beside it, and gates. */
export interface MatrixMemoryMixer {
  kind: "matrixMemory";
  heads: number;
  /** Width of one query or key head, and of one value head. */
  keyDim: number;
  valueDim: number;
}

/** RWKV time mixing. Version 4 keeps five vectors instead of a matrix per head. */
export interface RwkvMixer {
  kind: "rwkv";
  version: 4 | 5 | 6 | 7;
  headSize: number;
  decayRank: number;
  /** In-context learning-rate rank (version 7). */
  learningRateRank: number;
  /** Value residual (version 7); for version 6 the rank of its token-shift mixing. */
  valueRank: number;
  gateRank: number;
  /** Tokens whose input is kept: time and channel mixing. Default 2. */
  tokenShifts?: number;
}

/** Two mixers side by side in one layer (Falcon-H1: attention and Mamba-2). */
export interface ParallelMixer {
  kind: "parallel";
  branches: [AttentionMixer, MambaMixer];
}

/** A layer without a mixer (Nemotron-H feed-forward blocks, pruned attention of Nemotron Super). */
export interface NoMixer {
  kind: "none";
}

export interface CrossAttention {
  heads: number;
  kvHeads: number;
  keyDim: number;
  valueDim: number;
  /** Tokens of the other side that are cached per sequence: encoder length or vision tokens. */
  sourceTokens: number;
  /** Width of the other side where it is not the model's (T5Gemma). */
  sourceWidth?: number;
  /** Biases on its four projections (BART), or on all but the key's (Whisper). */
  bias?: boolean;
  keyUnbiased?: boolean;
}
