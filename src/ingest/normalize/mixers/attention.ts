/**
 * Reads one attention layer: heads, key heads, widths, window, and what its weights hold. Sliding and
 * full layers of one model may differ in every one of these (MiMo-V2, Gemma 4, Step 3.5).
 */
import type { AttentionMixer, AttentionWindow } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { invalid, missing } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import {
  type LayerPlace,
  type Reach,
  readHeads,
  readKeyDim,
  readKvHeads,
  readOwn,
} from "./heads.ts";

export type { LayerPlace } from "./heads.ts";

export function readAttention(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  reach: Reach,
): AttentionMixer {
  const heads = readHeads(reader, place, reach);
  const kvHeads = readKvHeads(reader, traits, place, reach, heads);
  if (heads % kvHeads !== 0) {
    throw invalid(
      "num_key_value_heads",
      `${heads} query heads cannot be shared evenly among ${kvHeads} key heads.`,
    );
  }
  const keyDim = readKeyDim(reader, place, reach, heads);
  const valueDim = readOwn(reader, reach, "v_head_dim", "value head width", null) ?? keyDim;
  return {
    kind: "attention",
    heads,
    kvHeads,
    keyDim,
    valueDim,
    window: readWindow(reader, traits, place, reach),
    cache: isShared(reader, place) ? "shared" : "own",
    indexer: readSparseIndexer(reader, place),
    weights: {
      qkvBias: reader.flag(traits.qkvBias, "bias on query, key and value"),
      outputBias: reader.flag(traits.outputBias, "bias on the output"),
      qkNorm: readQkNorm(reader, traits),
      sinks: readSinks(reader, traits, reach),
      outputGate: traits.outputGate,
      fusedQkv: traits.fusedQkv,
      keyIsValue: reach === "full" && reader.flag("attention_k_eq_v", "keys are values"),
      ...(traits.keyUnbiased ? { keyUnbiased: true } : {}),
      ...(traits.storesSharedKv ? { storedWhenShared: true } : {}),
      ...readQueryRank(reader, traits),
      ...(traits.queryExperts ? { queryExperts: readQueryExperts(reader, heads, kvHeads) } : {}),
    },
  };
}

function readWindow(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  reach: Reach,
): AttentionWindow | null {
  if (reach === "full") return null;
  const tokens = reader.number(reach === "chunked" ? "chunk" : "window");
  if (tokens === null || tokens === 0) {
    const key = reach === "chunked" ? "attention_chunk_size" : "sliding_window";
    throw missing(key, `Some layers are ${reach}, but the config does not say ${key}.`);
  }
  if (place.context !== null && tokens >= place.context) return null;
  const ignored = traits.window.llamaCppIgnores === true;
  return { kind: reach, tokens, ...(ignored ? { llamaCpp: "ignored" as const } : {}) };
}

/** The last layers share a cache (Gemma 3n), or every group of layers does (Hunyuan Large). */
function isShared(reader: ConfigReader, place: LayerPlace): boolean {
  const group = reader.flag("use_cla", "layers share caches")
    ? (reader.real(["cla_share_factor"], "layers that share a cache") ?? 1)
    : 1;
  if (group > 1 && place.index % group !== 0) return true;
  const shared = reader.number("sharedKvLayers") ?? 0;
  return place.index >= place.layers - shared;
}

function readQkNorm(reader: ConfigReader, traits: ClassTraits): "none" | "head" | "full" {
  if (traits.qkNorm === "none" || !reader.flag(traits.qkNormIf, "query and key norm"))
    return "none";
  const stated = reader.string(["qk_norm_type"], "query and key norm");
  if (stated === "per_head") return "head";
  if (stated === "per_layer") return "full";
  return traits.qkNorm;
}

function readQueryRank(
  reader: ConfigReader,
  { queryRankKey }: ClassTraits,
): { queryRank?: number } {
  const rank =
    queryRankKey === null ? null : reader.real([queryRankKey], "width that queries pass through");
  return rank ? { queryRank: rank } : {};
}

/** Each visited expert brings as many query heads as there are key heads. */
function readQueryExperts(
  reader: ConfigReader,
  heads: number,
  kvHeads: number,
): { experts: number; active: number } {
  const experts = reader.required("experts");
  const active = reader.required("activeExperts");
  if (active > experts || active * kvHeads !== heads) {
    throw invalid(
      "num_experts_per_tok",
      `${active} of ${experts} experts with ${kvHeads} heads each do not make ${heads} heads.`,
    );
  }
  return { experts, active };
}

function readSinks(reader: ConfigReader, traits: ClassTraits, reach: Reach): boolean {
  const key = reach === "sliding" ? "add_swa_attention_sink_bias" : "add_full_attention_sink_bias";
  return traits.sinks || reader.flag(key, "attention sinks");
}

/** MiniMax-M3 scores blocks of tokens with a small key cache on the layers its list marks. */
function isScored(reader: ConfigReader, place: LayerPlace): boolean {
  const types = reader.list(["layer_types"], "layer types")?.values;
  if (types?.[place.index] === "minimax_m3_sparse") return true;
  if (!reader.flag("sparse_attention_config.use_sparse_attention", "sparse attention"))
    return false;
  const marks = reader.list(["sparse_attention_config.sparse_attention_freq"], "sparse layers");
  return marks === null || marks.values[place.index] === 1;
}

function readSparseIndexer(reader: ConfigReader, place: LayerPlace): AttentionMixer["indexer"] {
  if (!isScored(reader, place)) return null;
  const number = (key: string, plain: string) =>
    reader.real([`sparse_attention_config.${key}`, plain], "chosen blocks") ?? 0;
  const blocks = number("sparse_topk_blocks", "index_topk_blocks");
  const size = number("sparse_block_size", "index_block_size");
  return {
    heads: reader.required("indexHeads"),
    headDim: reader.required("indexHeadDim"),
    topK: Math.round(blocks * size),
    stored: true,
  };
}
