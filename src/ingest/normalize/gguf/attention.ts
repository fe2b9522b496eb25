/** Attention mixers from a GGUF header: plain, windowed, latent, compressed. */
import type { AttentionMixer, AttentionWeights, Mixer } from "../../../estimator/index.ts";
import type { GgufFamily } from "../gguf-families.ts";
import type { GgufReader } from "./reader.ts";

/** Plain attention weights: a header does not say more. */
const WEIGHTS: AttentionWeights = {
  qkvBias: false,
  outputBias: false,
  qkNorm: "none",
  sinks: false,
  outputGate: "none",
  fusedQkv: false,
};

export function headWidths(reader: GgufReader, sliding: boolean): [number, number] {
  const heads = reader.number("attention.head_count", 0);
  const plain = heads > 0 ? Math.floor(reader.required("embedding_length") / heads) : 0;
  const key = reader.number("attention.key_length", plain);
  const value = reader.number("attention.value_length", plain);
  return sliding
    ? [
        reader.number("attention.key_length_swa", key),
        reader.number("attention.value_length_swa", value),
      ]
    : [key, value];
}

function windowAt(reader: GgufReader, family: GgufFamily, layer: number, trunk: number): number {
  const rule = family.window;
  if (rule === null || (rule.onlyLayers !== undefined && rule.onlyLayers !== trunk)) return 0;
  const stated = reader.number(
    "attention.sliding_window",
    rule.onlyIfStated ? 0 : (rule.tokens ?? 0),
  );
  const tokens = stated > 0 && rule.fixed ? (rule.tokens ?? stated) : stated;
  if (tokens === 0) return 0;
  const pattern = reader.list("attention.sliding_window_pattern");
  if (pattern !== null) return pattern[layer] === 1 ? tokens : 0;
  const every = reader.number("attention.sliding_window_pattern", rule.fullEvery);
  if (every === 0) return tokens;
  return layer % every === (rule.denseFirst ? 0 : every - 1) ? 0 : tokens;
}

export function attention(
  reader: GgufReader,
  family: GgufFamily,
  layer: number,
  trunk: number,
): AttentionMixer {
  const heads = reader.number("attention.head_count", 0, layer);
  const window = windowAt(reader, family, layer, trunk);
  const [keyDim, valueDim] = headWidths(reader, window > 0);
  const own = family.ownCacheLayers ?? trunk - reader.number("attention.shared_kv_layers", 0);
  const indexed = layer >= reader.number("leading_dense_block_count", 0);
  const indexWidth = reader.number("attention.indexer.key_length", 0);
  return {
    kind: "attention",
    heads,
    kvHeads: reader.number("attention.head_count_kv", heads, layer),
    keyDim,
    valueDim,
    window:
      window > 0 ? { kind: family.window?.chunked ? "chunked" : "sliding", tokens: window } : null,
    cache: layer < own ? "own" : "shared",
    indexer: family.indexer && indexed && indexWidth > 0 ? indexer(reader, true) : null,
    weights: WEIGHTS,
  };
}

function indexer(reader: GgufReader, stored: boolean) {
  return {
    heads: reader.number("attention.indexer.head_count", 1),
    headDim: reader.number("attention.indexer.key_length", 0),
    topK: reader.number("attention.indexer.top_k", 0),
    stored,
  };
}

export function latent(
  reader: GgufReader,
  family: GgufFamily,
  layer: number,
  trunk: number,
  heads: number,
): Mixer {
  const window = windowAt(reader, family, layer, trunk);
  const suffix = window > 0 ? "_swa" : "";
  const rank = reader.number(
    `attention.kv_lora_rank${suffix}`,
    reader.number("attention.kv_lora_rank", 0),
  );
  const [width] = headWidths(reader, window > 0);
  const keyDim = reader.number("attention.key_length_mla", 0);
  const rope = width - rank;
  const types = reader.list("attention.indexer.types");
  const sparse = family.indexer && reader.number("attention.indexer.top_k", 0) > 0 && window === 0;
  const full =
    types === null
      ? family.indexedLayer(layer, reader.number("context_length", 0))
      : types[layer] === 1;
  return {
    kind: "latent",
    heads,
    qLoraRank: reader.number("attention.q_lora_rank", 0) || null,
    kvLoraRank: rank,
    nopeHeadDim: Math.max(0, keyDim - rope),
    ropeHeadDim: rope,
    valueDim: reader.number("attention.value_length_mla", 0),
    window: window > 0 ? { kind: "sliding", tokens: window } : null,
    indexer: sparse ? indexer(reader, full) : null,
  };
}

export function compressed(reader: GgufReader, layer: number, heads: number): Mixer {
  const ratio = reader.number("attention.compress_ratios", 0, layer);
  return {
    kind: "compressed",
    heads,
    headDim: reader.required("attention.key_length"),
    ropeHeadDim: reader.number("rope.dimension_count", 0),
    qLoraRank: reader.number("attention.q_lora_rank", 1),
    outputGroups: reader.number("attention.output_group_count", 1),
    outputLoraRank: reader.number("attention.output_lora_rank", 1),
    windowTokens: reader.required("attention.sliding_window"),
    ratio,
    indexer: ratio === 4 ? indexer(reader, true) : null,
  };
}
