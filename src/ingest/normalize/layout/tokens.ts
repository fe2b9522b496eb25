/**
 * Says for every layer what it mixes with and what feed-forward it has, from whichever of the many
 * notations a config uses: lists of layer types, pattern strings, periods and offsets, 0/1 lists,
 * intervals, or the rule of the class. A type this file does not know is an error, not a guess.
 */
import { invalid, show, unknownArchitecture } from "../problems.ts";
import { type ConfigReader, isRecord } from "../reader.ts";

export type MixerToken = "full" | "sliding" | "chunked" | "linear" | "conv" | "parallel" | "none";

export interface LayerToken {
  mixer: MixerToken;
  /** `auto`: dense or experts as the expert keys say. */
  feedForward: "auto" | "dense" | "moe" | "none";
}

const BLOCK_NAMES: Readonly<Record<string, LayerToken>> = {
  full_attention: { mixer: "full", feedForward: "auto" },
  global_attention: { mixer: "full", feedForward: "auto" },
  global: { mixer: "full", feedForward: "auto" },
  attention: { mixer: "full", feedForward: "auto" },
  full: { mixer: "full", feedForward: "auto" },
  sparse: { mixer: "full", feedForward: "auto" },
  indexed_attention: { mixer: "full", feedForward: "auto" },
  compressed_sparse_attention: { mixer: "full", feedForward: "auto" },
  heavily_compressed_attention: { mixer: "full", feedForward: "auto" },
  minimax_m3_sparse: { mixer: "full", feedForward: "auto" },
  sliding_attention: { mixer: "sliding", feedForward: "auto" },
  sliding_window: { mixer: "sliding", feedForward: "auto" },
  local_attention: { mixer: "sliding", feedForward: "auto" },
  local: { mixer: "sliding", feedForward: "auto" },
  swa: { mixer: "sliding", feedForward: "auto" },
  chunked_attention: { mixer: "chunked", feedForward: "auto" },
  linear_attention: { mixer: "linear", feedForward: "auto" },
  linear: { mixer: "linear", feedForward: "auto" },
  kda: { mixer: "linear", feedForward: "auto" },
  mamba: { mixer: "linear", feedForward: "auto" },
  mamba2: { mixer: "linear", feedForward: "auto" },
  recurrent: { mixer: "linear", feedForward: "auto" },
  conv: { mixer: "conv", feedForward: "auto" },
};

/** Classes whose blocks are either a mixer or a feed-forward use the same words for single parts. */
const SINGLE_PARTS: Readonly<Record<string, LayerToken>> = {
  M: { mixer: "linear", feedForward: "none" },
  mamba: { mixer: "linear", feedForward: "none" },
  linear_attention: { mixer: "linear", feedForward: "none" },
  "*": { mixer: "full", feedForward: "none" },
  attention: { mixer: "full", feedForward: "none" },
  full_attention: { mixer: "full", feedForward: "none" },
  "-": { mixer: "none", feedForward: "dense" },
  mlp: { mixer: "none", feedForward: "dense" },
  E: { mixer: "none", feedForward: "moe" },
  moe: { mixer: "none", feedForward: "moe" },
};

function named(
  value: unknown,
  key: string,
  names: Readonly<Record<string, LayerToken>>,
): LayerToken {
  const token = typeof value === "string" && Object.hasOwn(names, value) ? names[value] : undefined;
  if (token === undefined) {
    throw unknownArchitecture(key, `${key} has a layer of the unknown type ${show(value)}.`);
  }
  return token;
}

const auto = (mixer: MixerToken): LayerToken => ({ mixer, feedForward: "auto" });

/** A pattern string or a list of single parts, as Nemotron-H writes its blocks. */
export function listedParts(
  reader: ConfigReader,
  patternKey: string,
  listKey: string,
): LayerToken[] | null {
  const pattern = reader.find([patternKey], "layer types");
  if (pattern !== null && typeof pattern.value === "string" && pattern.value !== "") {
    return [...pattern.value].map((mark) => named(mark, pattern.key, SINGLE_PARTS));
  }
  const list = reader.list([listKey], "layer types");
  return list === null ? null : list.values.map((value) => named(value, list.key, SINGLE_PARTS));
}

/** Lists in order of trust: patterns and names first, then 0/1 lists. */
export function listedLayers(reader: ConfigReader): { tokens: LayerToken[]; key: string } | null {
  const pattern = reader.find(["hybrid_override_pattern"], "layer types");
  if (pattern !== null && typeof pattern.value === "string" && pattern.value !== "") {
    const tokens = [...pattern.value].map((mark) => named(mark, pattern.key, SINGLE_PARTS));
    return { tokens, key: pattern.key };
  }
  const blocks = reader.list(["layers_block_type"], "layer types");
  if (blocks !== null) {
    // Nemotron-H lists parts; others (Jamba, Bamba, Zamba) list mixers of whole layers.
    const parts = blocks.values.some((value) => value === "mlp" || value === "moe");
    const names = parts ? SINGLE_PARTS : BLOCK_NAMES;
    return {
      tokens: blocks.values.map((value) => named(value, blocks.key, names)),
      key: blocks.key,
    };
  }
  const types = reader.list(["layer_types", "attention_layers"], "layer types");
  if (types !== null) {
    const parts = types.values.some((value) => value === "mlp" || value === "moe");
    const names = parts ? SINGLE_PARTS : BLOCK_NAMES;
    return { tokens: types.values.map((value) => named(value, types.key, names)), key: types.key };
  }
  return (
    cycled(reader) ??
    binary(reader, "hybrid_layer_pattern", "full", "sliding") ??
    binary(reader, "sliding_window_layout", "full", "sliding") ??
    binary(reader, "attn_type_list", "linear", "full")
  );
}

/** A short list that is repeated over all layers; its attention sees a window (RecurrentGemma). */
function cycled(reader: ConfigReader): { tokens: LayerToken[]; key: string } | null {
  const cycle = reader.list(["block_types", "_block_types"], "layer types");
  const layers = reader.number("layers");
  if (cycle === null || cycle.values.length === 0 || layers === null) return null;
  const tokens = Array.from({ length: layers }, (_, i) => {
    const token = named(cycle.values[i % cycle.values.length], cycle.key, BLOCK_NAMES);
    return token.mixer === "full" ? auto("sliding") : token;
  });
  return { tokens, key: cycle.key };
}

function binary(
  reader: ConfigReader,
  key: string,
  zero: MixerToken,
  one: MixerToken,
): { tokens: LayerToken[]; key: string } | null {
  const list = reader.list([key], "layer types");
  if (list === null || list.values.length === 0) return null;
  const tokens = list.values.map((value) => {
    if (value !== 0 && value !== 1) {
      throw invalid(list.key, `${list.key} has the entry ${show(value)} where 0 or 1 is needed.`);
    }
    return auto(value === 0 ? zero : one);
  });
  return { tokens, key: list.key };
}

/** Rules that place attention layers by number: periods, intervals and lists of indices. */
export function placedLayers(
  reader: ConfigReader,
  layers: number,
  unlisted: MixerToken,
): LayerToken[] | null {
  const attends = attentionPlaces(reader, layers);
  if (attends === null) return null;
  const windowed = windowedPlaces(reader);
  return Array.from({ length: layers }, (_, i) =>
    auto(attends(i) ? (windowed(i) ? "sliding" : "full") : unlisted),
  );
}

/** PLaMo 2: attention sees a window, but for the layers of a list. */
function windowedPlaces(reader: ConfigReader): (layer: number) => boolean {
  const full = reader.list(["full_attention_idx"], "layers without a window");
  if (full === null || (reader.number("window") ?? 0) === 0) return () => false;
  return (layer) => !full.values.includes(layer);
}

function attentionPlaces(
  reader: ConfigReader,
  layers: number,
): ((layer: number) => boolean) | null {
  const delta = reader.find(["linear_attn_config"], "layer types");
  if (delta !== null && isRecord(delta.value)) {
    const full = reader.list(["linear_attn_config.full_attn_layers"], "layer types, from 1");
    if (full === null) {
      throw unknownArchitecture(delta.key, `${delta.key} does not list its full_attn_layers.`);
    }
    const places = new Set(full.values);
    return (layer) => places.has(layer + 1);
  }
  const indices = reader.list(["full_attn_idxs", "attn_layer_indices"], "layer types");
  if (indices !== null) {
    const places = new Set(indices.values);
    return (layer) => places.has(layer);
  }
  const period = reader.real(["attn_layer_period"], "layer types");
  if (period !== null && period > 0) {
    const offset = reader.real(["attn_layer_offset"], "layer types") ?? 0;
    return (layer) => layer % period === offset;
  }
  const step = reader.real(["mamba_step"], "layer types");
  if (step !== null && step > 1) {
    // PLaMo 2: one attention layer in the middle of every step.
    const middle = Math.floor(step / 2);
    return (layer) => (layers <= middle ? layer === layers - 1 : layer % step === middle);
  }
  const group = reader.real(["layer_group_size"], "layer types");
  if (group !== null && group > 1) {
    const complete = Math.floor(layers / group) * group;
    return (layer) => (layer + 1) % group === 0 || layer >= complete;
  }
  const interval = reader.real(["full_attention_interval"], "layer types");
  if (interval !== null && interval > 0) return (layer) => (layer + 1) % interval === 0;
  return null;
}
