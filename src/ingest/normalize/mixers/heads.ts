/** How many heads an attention layer has, and how wide they are; sliding and full layers may differ. */
import type { ClassTraits } from "../classes/types.ts";
import { invalid, missing } from "../problems.ts";
import { type ConfigReader, isRecord } from "../reader.ts";

export interface LayerPlace {
  index: number;
  layers: number;
  hidden: number;
  context: number | null;
}

export type Reach = "full" | "sliding" | "chunked";

/** A number that sliding (`swa_…`) layers may state apart from the others. */
export function readOwn(
  reader: ConfigReader,
  reach: Reach,
  key: string,
  became: string,
  other: string | null,
): number | null {
  const keys = reach === "sliding" ? [`swa_${key}`, key] : other === null ? [key] : [other, key];
  const value = reader.real(keys, became);
  if (value === 0) return null;
  if (value !== null && (!Number.isInteger(value) || value < 1 || value > 1e6)) {
    throw invalid(key, `${key} is ${value}; a whole number from 1 is needed.`);
  }
  return value;
}

/** Step 3.5 keeps the shape of its sliding layers in an object of its own. */
function otherSetting(reader: ConfigReader, reach: Reach, key: string): number | null {
  const setting = reader.find(["attention_other_setting"], "shape of sliding layers");
  if (reach !== "sliding" || setting === null || !isRecord(setting.value)) return null;
  return reader.real([`attention_other_setting.${key}`], "shape of sliding layers");
}

/** What transformers 5 writes for a layer that differs from the rest, under its number in equal digits. */
function perLayerConfig(reader: ConfigReader, place: LayerPlace, key: string): number | null {
  const digits = String(place.layers - 1).length;
  const number = String(place.index).padStart(digits, "0");
  return reader.real([`per_layer_config.${number}.${key}`], "shape of one layer");
}

export function readHeads(reader: ConfigReader, place: LayerPlace, reach: Reach): number {
  const own = reach === "sliding" ? reader.real(["swa_num_attention_heads"], "heads") : null;
  const listed = reader.list(["num_attention_heads_per_layer"], "heads")?.values[place.index];
  const heads =
    perLayerConfig(reader, place, "num_attention_heads") ??
    otherSetting(reader, reach, "num_attention_heads") ??
    own ??
    (typeof listed === "number" ? listed : null) ??
    reader.perLayer("heads", place.index);
  if (heads === null || !Number.isInteger(heads) || heads < 1) {
    throw missing("num_attention_heads", "The config does not say num_attention_heads.");
  }
  return heads;
}

export function readKvHeads(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  reach: Reach,
  heads: number,
): number {
  if (traits.kvHeads === "queries") return heads;
  if (traits.kvHeads === "multiQuery" && reader.flag({ key: "multi_query", otherwise: true })) {
    return 1;
  }
  const perKey = reader.real(["n_shared_head"], "query heads per key head");
  if (perKey !== null && perKey >= 1) return Math.ceil(heads / perKey);
  const grouped = reader.find(["multi_query_attention"], "grouped heads");
  if (grouped !== null && !reader.flag("multi_query_attention")) return heads;
  const keyIsValue = reader.flag("attention_k_eq_v", "keys are values");
  const other = reach === "full" && keyIsValue ? "num_global_key_value_heads" : null;
  const own =
    perLayerConfig(reader, place, "num_key_value_heads") ??
    otherSetting(reader, reach, "num_attention_groups") ??
    (reach === "sliding"
      ? reader.real(["swa_num_key_value_heads"], "key heads")
      : other === null
        ? null
        : reader.real([other], "key heads of full layers"));
  return own ?? reader.perLayer("kvHeads", place.index) ?? heads;
}

export function readKeyDim(
  reader: ConfigReader,
  place: LayerPlace,
  reach: Reach,
  heads: number,
): number {
  const apart = reader.find(["per_layer_config"], "shape of single layers") !== null;
  const own =
    perLayerConfig(reader, place, "head_dim") ??
    otherSetting(reader, reach, "head_dim") ??
    (reach === "sliding"
      ? reader.real(["swa_head_dim"], "head width")
      : apart
        ? null
        : reader.real(["global_head_dim"], "head width of full layers"));
  const stated = own ?? reader.number("headDim");
  if (stated !== null) return stated;
  if (place.hidden % heads !== 0) {
    throw invalid(
      "num_attention_heads",
      `hidden_size ${place.hidden} does not divide into ${heads} heads, and no head_dim is given.`,
    );
  }
  return place.hidden / heads;
}
