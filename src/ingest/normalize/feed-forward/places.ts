/** Says which layers hold experts, from whichever of the many keys a config uses. */
import type { ExpertTraits } from "../classes/types.ts";
import { invalid, show } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

type Places = (layer: number) => boolean;

export function expertPlaces(reader: ConfigReader, traits: ExpertTraits, layers: number): Places {
  if (traits.firstBlockOnly === true) return (layer) => layer % 2 === 0;
  return (
    byList(reader, layers) ??
    byFirst(reader) ??
    byRange(reader) ??
    byPeriod(reader) ??
    bySparseStep(reader) ??
    byClass(traits)
  );
}

/** One entry per layer (`moe_layer_freq`, `mlp_layer_types`), or the numbers of the expert layers. */
function byList(reader: ConfigReader, layers: number): Places | null {
  const marks = reader.list(
    ["mlp_layer_types", "moe_layer_freq", "moe_layer_layout"],
    "expert layers",
  );
  if (marks !== null) {
    if (marks.values.length < layers) {
      throw invalid(
        marks.key,
        `${marks.key} has ${marks.values.length} entries for ${layers} layers.`,
      );
    }
    return (layer) => [1, true, "sparse", "moe", "hash_moe"].includes(marks.values[layer] as never);
  }
  const numbers = reader.list(["moe_layers"], "expert layers");
  if (numbers !== null) {
    const places = new Set(numbers.values);
    return (layer) => places.has(layer);
  }
  const text = reader.string(["moe_layers_enum"], "expert layers");
  if (text !== null) {
    const places = new Set(text.split(",").map((part) => Number(part.trim())));
    return (layer) => places.has(layer);
  }
  return null;
}

/** The first k layers are dense; after them every nth, if a frequency is stated. */
function byFirst(reader: ConfigReader): Places | null {
  const first = reader.number("denseFirst");
  if (first === null) return null;
  const every = reader.real(["moe_layer_freq"], "every nth layer has experts") || 1;
  return (layer) => layer >= first && layer % every === 0;
}

function byRange(reader: ConfigReader): Places | null {
  const start = reader.find(["moe_layer_start_index"], "first expert layer");
  if (start === null) return null;
  const of = (value: unknown): number => {
    const number: unknown = Array.isArray(value) ? Math.min(...value.map(Number)) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) {
      throw invalid(start.key, `${start.key} is ${show(value)}, where a number is needed.`);
    }
    return number;
  };
  const from = of(start.value);
  const end = reader.find(["moe_layer_end_index"], "last expert layer");
  const to = end === null || end.value === -1 ? Number.POSITIVE_INFINITY : of(end.value);
  const every = reader.real(["moe_layer_interval"], "every nth layer has experts") || 1;
  return (layer) => layer >= from && layer <= to && (layer + 1) % every === 0;
}

function byPeriod(reader: ConfigReader): Places | null {
  const period = reader.real(["expert_layer_period"], "every nth layer has experts");
  if (period !== null && period > 0) {
    const offset = reader.real(["expert_layer_offset"], "first expert layer") ?? 0;
    return (layer) => layer % period === offset;
  }
  const step = reader.real(
    ["interleave_moe_layer_step", "moe_layer_frequency", "moe_every_n_layers"],
    "every nth layer has experts",
  );
  return step !== null && step > 0 ? (layer) => (layer + 1) % step === 0 : null;
}

function bySparseStep(reader: ConfigReader): Places | null {
  const step = reader.real(["decoder_sparse_step"], "every nth layer has experts");
  const dense = new Set(reader.list(["mlp_only_layers"], "dense layers")?.values ?? []);
  if (step === null && dense.size === 0) return null;
  return (layer) => !dense.has(layer) && (layer + 1) % (step || 1) === 0;
}

function byClass(traits: ExpertTraits): Places {
  const rule = traits.layers ?? "all";
  return rule === "all" ? () => true : (layer) => layer % rule.every === rule.offset;
}
