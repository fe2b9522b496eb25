/**
 * What one layer keeps between tokens, by mixer kind: elements per token for keys and values, and
 * elements per sequence for a recurrent state. Formulas: `docs/estimation.md`, "Cache" and "State".
 */
import type { AttentionMixer, Mixer, RwkvMixer } from "../architecture.ts";

/** One cache of a layer that grows with the context. */
export interface TokenCache {
  keyElements: number;
  valueElements: number;
  /** Width of one key head and one value head, which a quantized block must divide. */
  keyHeadWidth: number;
  valueHeadWidth: number;
  windowTokens: number | null;
  /** Tokens that one row stands for. */
  tokensPerCell: number;
}

/** A state of fixed size: the convolution's tail and the recurrence itself, in elements. */
export interface LayerState {
  convElements: number;
  stateElements: number;
}

export const NO_STATE: LayerState = { convElements: 0, stateElements: 0 };

export function attentionCache(mixer: AttentionMixer): TokenCache {
  return {
    keyElements: mixer.kvHeads * mixer.keyDim,
    valueElements: mixer.kvHeads * mixer.valueDim,
    keyHeadWidth: mixer.keyDim,
    valueHeadWidth: mixer.valueDim,
    windowTokens: mixer.window?.tokens ?? null,
    tokensPerCell: 1,
  };
}

/** A row that serves as key and value at once. */
export function keyOnlyCache(
  width: number,
  windowTokens: number | null = null,
  tokensPerCell = 1,
): TokenCache {
  return {
    keyElements: width,
    valueElements: 0,
    keyHeadWidth: width,
    valueHeadWidth: width,
    windowTokens,
    tokensPerCell,
  };
}

/**
 * Recurrent state of a mixer as llama.cpp keeps it: `kernel - 1` columns of the convolution (the
 * newest column is an input, not memory) and the full recurrence. `hiddenSize` is the model's width.
 */
export function mixerState(mixer: Mixer, hiddenSize: number): LayerState {
  switch (mixer.kind) {
    case "mamba":
      return {
        convElements:
          (mixer.convKernel - 1) * (mixer.innerSize + 2 * mixer.groups * mixer.stateSize),
        stateElements: mixer.stateSize * mixer.innerSize,
      };
    case "deltaNet":
      return {
        convElements:
          (mixer.convKernel - 1) *
          (2 * mixer.keyHeads * mixer.keyDim + mixer.valueHeads * mixer.valueDim),
        stateElements: mixer.keyDim * mixer.valueHeads * mixer.valueDim,
      };
    case "kimiDelta":
      return {
        convElements: 3 * (mixer.convKernel - 1) * mixer.heads * mixer.headDim,
        stateElements: mixer.headDim * mixer.headDim * mixer.heads,
      };
    case "lightning":
      return { convElements: 0, stateElements: mixer.headDim * mixer.headDim * mixer.heads };
    case "shortConv":
      return { convElements: (mixer.kernel - 1) * hiddenSize, stateElements: 0 };
    case "rwkv":
      return rwkvState(mixer, hiddenSize);
    case "rgLru":
      return { convElements: (mixer.convKernel - 1) * mixer.width, stateElements: mixer.width };
    case "matrixMemory": {
      // The memory, the normaliser of each head and the largest gate so far.
      const perHead = mixer.keyDim * mixer.valueDim + mixer.keyDim + 1;
      return { convElements: 0, stateElements: mixer.heads * perHead };
    }
    case "parallel":
      return mixerState(mixer.branches[1], hiddenSize);
    default:
      return NO_STATE;
  }
}

/**
 * The last token's input to time mixing and channel mixing, and one matrix per head (version 4: sum,
 * weight and largest exponent of every channel).
 */
function rwkvState(mixer: RwkvMixer, hiddenSize: number): LayerState {
  return {
    convElements: (mixer.tokenShifts ?? 2) * hiddenSize,
    stateElements: hiddenSize * (mixer.version === 4 ? 3 : mixer.headSize),
  };
}
