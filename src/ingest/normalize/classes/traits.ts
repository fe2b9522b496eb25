/** Traits of single parts of a class: its windows, experts, encoder, embedding, and further matrices. */
import type { Flag } from "../reader.ts";

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
  /** The key that counts choices of the router that do nothing (LongCat). */
  idleKey?: string;
}

export interface EncoderTraits {
  /** A section of the file that describes the encoder as another model of the class (T5Gemma). */
  section?: string;
  layers: readonly string[];
  heads: readonly string[];
  feedForward: readonly string[];
  /** The key of the longest input the encoder takes, and its value when absent. */
  sourceTokens: { key: string; otherwise: number };
  /** It has a learned table of positions like the decoder's, with this many rows beyond its input. */
  extraPositions?: number;
  /** The key that says every nth of its layers has experts. */
  sparseStepKey?: string;
  /** Matrices that its layers have and the decoder's have not. */
  extras?: readonly ExtraRow[];
}

export interface NarrowTraits {
  /** The key that may make the embedding narrower than the layers. */
  key: string;
  /** Positions, segments and the norm after the embedding are as narrow. */
  positions: boolean;
  bias: boolean;
  narrowsAgain?: boolean;
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
