/**
 * llama.cpp's cache, release 0.5 rules. Which layers honour a window, and where a latent cache is
 * expanded, are properties of its graph code and so keyed by the GGUF architecture name; everything
 * else follows from the mixer kinds. Source: `llama-kv-cache*.cpp`, `llama-hparams.cpp`.
 */
import type { Architecture, Mixer } from "../architecture.ts";
import { attentionCache, keyOnlyCache, mixerState, type TokenCache } from "../cache/mixers.ts";
import { addCache, type CacheProfile, emptyCache } from "../cache/segments.ts";
import { eachLayer } from "../layers.ts";

export const LLAMA_CPP_ENGINE = "llama.cpp/0.5";

/** Architectures whose graphs know windows; all others keep the whole context in every layer. */
const WINDOWS_HONOURED = new Set(
  (
    "afmoe cohere2 cohere2moe deepseek4 dots3note exaone-moe exaone4 gemma-embedding gemma2 gemma3 " +
    "gemma3n gemma4 gpt-oss granite_swa laguna lfm2 lfm2moe llama4 maple mellum mimo2 modern-bert " +
    "muse-glimmer olmo2 plamo3 smallthinker spark2_5 step35"
  ).split(" "),
);

/** A model that llama.cpp does not know keeps its own windows. */
const honoursWindows = (name: string) => name === "" || WINDOWS_HONOURED.has(name);

/** Multi-head latent attention that is expanded to full keys and values before caching. */
export const LATENT_EXPANDED = new Set(["minicpm3", "plm"]);

/** Diffusion and embedding models: the graph keeps nothing. */
const CACHELESS = new Set(
  (
    "bert jina-bert-v2 jina-bert-v3 nomic-bert nomic-bert-moe neo-bert eurobert modern-bert " +
    "gemma-embedding dream llada llada-moe rnd1 wavtokenizer-dec"
  ).split(" "),
);

/** F32, always, whatever the cache types. */
const STATE_BYTES = 4;

/** Caches of one layer; empty when it reads another layer's. */
function layerCaches(mixer: Mixer, architecture: string): TokenCache[] {
  switch (mixer.kind) {
    case "attention": {
      if (mixer.cache === "shared") return [];
      const cache = attentionCache(mixer);
      if (!honoursWindows(architecture) || mixer.window?.llamaCpp === "ignored") {
        cache.windowTokens = null;
      }
      if (!mixer.indexer?.stored) return [cache];
      // The indexer's store is an ordinary cache, so it has values that nothing reads.
      const width = mixer.indexer.headDim;
      return [cache, { ...keyOnlyCache(width), valueElements: mixer.valueDim }];
    }
    case "latent": {
      if (LATENT_EXPANDED.has(architecture)) {
        const keyDim = mixer.nopeHeadDim + mixer.ropeHeadDim;
        return [
          {
            keyElements: mixer.heads * keyDim,
            valueElements: mixer.heads * mixer.valueDim,
            keyHeadWidth: keyDim,
            valueHeadWidth: mixer.valueDim,
            windowTokens: null,
            tokensPerCell: 1,
          },
        ];
      }
      const window = honoursWindows(architecture) ? (mixer.window?.tokens ?? null) : null;
      const cache = keyOnlyCache(mixer.kvLoraRank + mixer.ropeHeadDim, window);
      return mixer.indexer?.stored ? [cache, keyOnlyCache(mixer.indexer.headDim)] : [cache];
    }
    case "compressed": {
      const raw = keyOnlyCache(mixer.headDim, mixer.windowTokens);
      if (mixer.ratio === 0) return [raw];
      const compressed = keyOnlyCache(mixer.headDim, null, mixer.ratio);
      return mixer.indexer === null
        ? [raw, compressed]
        : [raw, compressed, keyOnlyCache(mixer.indexer.headDim, null, mixer.ratio)];
    }
    case "parallel":
      return layerCaches(mixer.branches[0], architecture);
    default:
      return [];
  }
}

/**
 * Compressor state of one sequence, in elements: keys and scores of the tokens that the next entry
 * will be made of. Overlapping compressors (the small ratio, with an indexer) keep two windows of
 * doubled width.
 */
function compressorState(mixer: Mixer): number {
  if (mixer.kind !== "compressed" || mixer.ratio === 0) return 0;
  if (mixer.indexer === null) return 2 * mixer.ratio * mixer.headDim;
  return 2 * (2 * mixer.ratio) * 2 * (mixer.headDim + mixer.indexer.headDim);
}

/** Reduces an architecture to llama.cpp's cache segments and state. */
export function llamaCppCache(architecture: Architecture): CacheProfile {
  const profile = emptyCache();
  const name = architecture.ggufArchitecture ?? "";
  if (CACHELESS.has(name) || (name === "" && !architecture.causal)) return profile;
  const layers = [...eachLayer(architecture.layers)].map(([, layer]) => layer);
  const caches = layers.map((layer) => layerCaches(layer.mixer, name));
  // Transposed values share one row width: the widest of any layer, also of those that store none.
  const widest = Math.max(0, ...layers.map((layer) => valueWidth(layer.mixer)));
  for (const [index, layer] of layers.entries()) {
    const [main, ...extra] = caches[index]!;
    if (main !== undefined) addCache(profile, main, widest);
    for (const cache of extra) addCache(profile, cache, cache.valueElements);
    const { convElements, stateElements } = mixerState(layer.mixer, architecture.hiddenSize);
    profile.stateBytesPerSequence += STATE_BYTES * (convElements + stateElements);
    profile.fixedBytesPerSequence += STATE_BYTES * compressorState(layer.mixer);
    if (layer.mixer.kind === "latent" && !LATENT_EXPANDED.has(name)) profile.sameTypeForBoth = true;
    if (layer.mixer.kind === "compressed") {
      profile.sameTypeForBoth = true;
      profile.alwaysSplit = true;
    }
  }
  return profile;
}

function valueWidth(mixer: Mixer): number {
  if (mixer.kind === "parallel") return valueWidth(mixer.branches[0]);
  return mixer.kind === "attention" ? mixer.kvHeads * mixer.valueDim : 0;
}
