/**
 * The memory profile as one array of numbers: llama.cpp's sizes at every quantization, the scratch
 * space, and the cache by kinds of layers. Postgres derives it from the stored profile, so it can
 * never be older than that; it is small enough to stand in an index, where the profile is not.
 */
import { QUANTIZATION_NAMES } from "../estimator/quantizations.ts";
import { figureAt } from "./profile-path.ts";

/** Kinds of layers that an array has room for; no known model has more than three. */
export const SEGMENTS = 4;

const segment = (index: number, name: string) => figureAt("cache", "segments", index, name);

/** A width that blocks of 32 do not divide, in keys or in values. */
const ODD_WIDTH = "$.cache.keyHeadWidths[*], $.cache.valueHeadWidths[*]"
  .split(", ")
  .map((path) => `jsonb_path_exists(memory_profile, '${path} ? (@ % 32 != 0)')`)
  .join(" or ");

const COEFFICIENTS: Record<string, string> = {
  /** Bytes of one sequence that do not grow: recurrent states and the like. */
  fixedBytes: `${figureAt("cache", "fixedBytesPerSequence")} + ${figureAt("cache", "stateBytesPerSequence")}`,
  peakElements: figureAt("compute", "peakElements"),
  cellElements: figureAt("compute", "cellElements"),
  outputElements: figureAt("compute", "outputElements"),
  vocabSize: figureAt("compute", "vocabSize"),
  /** 1 when some layers see the whole context. */
  fullMask: "case when (memory_profile #>> '{compute,fullMask}')::boolean then 1 else 0 end",
  /** 1 when quantized cache types do not divide the heads. */
  oddWidth: `case when ${ODD_WIDTH} then 1 else 0 end`,
};
for (let index = 0; index < SEGMENTS; index++) {
  // No window is 0, and so is a kind that is not there.
  COEFFICIENTS[`window${index}`] = segment(index, "windowTokens");
  COEFFICIENTS[`ratio${index}`] = segment(index, "tokensPerCell");
  COEFFICIENTS[`elements${index}`] =
    `${segment(index, "keyElements")} + ${segment(index, "valueElements")}`;
}
for (const name of QUANTIZATION_NAMES)
  COEFFICIENTS[name] = figureAt("weights", name, "deviceBytes");

const PLACES = new Map(Object.keys(COEFFICIENTS).map((name, index) => [name, index + 1]));

/** Place of a coefficient in the array, counted from 1 as Postgres does; 0 when there is none. */
export const placeOf = (name: string): number => PLACES.get(name) ?? 0;

/** What the column is generated from; null without a profile, or when it does not fit the array. */
export const FIT_EXPRESSION = `case when jsonb_array_length(memory_profile #> '{cache,segments}') <= ${SEGMENTS} then array[${Object.values(
  COEFFICIENTS,
).join(", ")}]::float8[] end`;
