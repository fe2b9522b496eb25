/**
 * The cache of vLLM v1: pages of `block` tokens, the same size for every layer group. Layers of one
 * kind form groups of equal length, the last one padded; states of recurrent layers take one page, so
 * the attention block grows until its page holds one. Figures are per tensor-parallel rank. Source:
 * `vllm/v1/kv_cache_interface.py`, `kv_cache_utils.py`; checked against published logs.
 */
import type { Architecture, Mixer } from "../architecture.ts";
import { mixerState } from "../cache/mixers.ts";

export const VLLM_ENGINE = "vllm/1";

/** Layers that page alike. */
export interface VllmLayers {
  kind: "full" | "sliding" | "chunked" | "state";
  layers: number;
  /** Window or chunk; 0 for others. */
  tokens: number;
  /** Heads that ranks share out; when fewer than ranks, each rank keeps one. */
  kvHeads: number;
  /** Elements of one head and token, keys and values. */
  headElements: number;
  /** Elements per token that every rank keeps whole (latent rows). */
  wholeElements: number;
  /** Bytes of those rows in FP8, with their scales and the positions in 16 bits. */
  wholeFp8Bytes: number;
  /** Bytes per token beside, in a format of their own (FP8 indexer keys with a scale). */
  wholeBytes: number;
  /** State elements per sequence, shared out among ranks. */
  stateElements: number;
}

export interface VllmProfile {
  groups: VllmLayers[];
}

const NOTHING: VllmLayers = {
  kind: "full",
  layers: 0,
  tokens: 0,
  kvHeads: 0,
  headElements: 0,
  wholeElements: 0,
  wholeFp8Bytes: 0,
  wholeBytes: 0,
  stateElements: 0,
};

/** 128 FP8 elements and one F32 scale. */
const indexerBytes = (width: number) => width + 4;

/** The `fp8_ds_mla` layout: FP8 with one F32 scale per 128 elements, positions in 16 bits. */
const latentFp8Bytes = (rank: number, rope: number) => rank + 4 * Math.ceil(rank / 128) + 2 * rope;

export function vllmProfile(architecture: Architecture): VllmProfile {
  const groups = new Map<string, VllmLayers>();
  for (const { mixer, count } of architecture.causal ? architecture.layers : []) {
    for (const kind of layerKinds(mixer, architecture.hiddenSize)) {
      const key = JSON.stringify(kind);
      const group = groups.get(key) ?? kind;
      group.layers += count;
      groups.set(key, group);
    }
  }
  return { groups: [...groups.values()] };
}

function layerKinds(mixer: Mixer, hidden: number): VllmLayers[] {
  switch (mixer.kind) {
    case "attention":
      if (mixer.cache === "shared") return [];
      return [
        {
          ...NOTHING,
          kind: mixer.window?.kind ?? "full",
          tokens: mixer.window?.tokens ?? 0,
          kvHeads: mixer.kvHeads,
          headElements: mixer.keyDim + mixer.valueDim,
        },
      ];
    case "latent":
      return [
        {
          ...NOTHING,
          wholeElements: mixer.kvLoraRank + mixer.ropeHeadDim,
          wholeFp8Bytes: latentFp8Bytes(mixer.kvLoraRank, mixer.ropeHeadDim),
          wholeBytes: mixer.indexer?.stored ? indexerBytes(mixer.indexer.headDim) : 0,
        },
      ];
    case "compressed":
      return [
        {
          ...NOTHING,
          kind: "sliding",
          tokens: mixer.windowTokens,
          wholeElements: mixer.headDim,
          wholeFp8Bytes: mixer.headDim,
        },
      ];
    case "parallel":
      return mixer.branches.flatMap((branch) => layerKinds(branch, hidden));
    case "none":
      return [];
    default: {
      const { convElements, stateElements } = mixerState(mixer, hidden);
      return [{ ...NOTHING, kind: "state", stateElements: convElements + stateElements }];
    }
  }
}
