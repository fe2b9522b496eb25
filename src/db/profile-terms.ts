/**
 * The part of a memory profile that llama.cpp's estimates need, as one array of numbers. A profile has
 * dozens of formats at seven figures each, and unpacking it costs more than the rest of a page; of
 * this array a statement takes what the request names. Postgres derives it from the stored profile.
 */
import { type SQL, sql } from "drizzle-orm";
import { type CacheSegment, emptyCache } from "../estimator/cache/segments.ts";
import type { LlamaCppProfile } from "../estimator/index.ts";
import { QUANTIZATION_NAMES, type QuantizationName } from "../estimator/quantizations.ts";
import { figureAt } from "./profile-path.ts";
import type { models } from "./tables.ts";

/** Kinds of layers that the array has room for; no known model has more than three. */
const SEGMENTS = 4;

/** In their order, the first places of the array; unknown is 0, which none of those can be. */
const BASE = {
  contextLength: figureAt("contextLength"),
  parameters: figureAt("parameters", "total"),
  segments: "jsonb_array_length(memory_profile #> '{cache,segments}')",
  stateBytes: figureAt("cache", "stateBytesPerSequence"),
  fixedBytes: figureAt("cache", "fixedBytesPerSequence"),
  peakElements: figureAt("compute", "peakElements"),
  cellElements: figureAt("compute", "cellElements"),
  outputElements: figureAt("compute", "outputElements"),
  vocabSize: figureAt("compute", "vocabSize"),
  scoreHeads: figureAt("compute", "scoreHeads"),
  scoreElements: figureAt("compute", "scoreElements"),
  hiddenSize: figureAt("compute", "hiddenSize"),
  fullMask: "case when (memory_profile #>> '{compute,fullMask}')::boolean then 1 else 0 end",
  spreadLow: figureAt("compute", "spread", "low"),
  spreadHigh: figureAt("compute", "spread", "high"),
};
const NAMES = Object.keys(BASE) as (keyof typeof BASE)[];
const PER_SEGMENT: (keyof CacheSegment)[] = [
  "windowTokens",
  "tokensPerCell",
  "layers",
  "keyElements",
  "valueElements",
  "paddedValueElements",
];
const PER_FORMAT = ["bytes", "deviceBytes", "hostBytes", "cpuBytes"] as const;

const FORMATS_FROM = NAMES.length + SEGMENTS * PER_SEGMENT.length;

const EXPRESSIONS = [
  ...Object.values(BASE),
  ...Array.from({ length: SEGMENTS }, (_, index) =>
    PER_SEGMENT.map((name) => figureAt("cache", "segments", index, name)),
  ).flat(),
  ...QUANTIZATION_NAMES.flatMap((quant) =>
    PER_FORMAT.map((name) => figureAt("weights", quant, name)),
  ),
];

/** A profile with more in it than the array can say. */
const UNUSUAL = `jsonb_array_length(memory_profile #> '{cache,segments}') > ${SEGMENTS}
  or jsonb_path_exists(memory_profile, '$.weights.* ? (@.container == "gguf" && @.basis != "TENSOR_LEVEL")')`;

/** What the column is generated from; null without a profile, or when it does not fit the array. */
export const TERMS_EXPRESSION = `case when memory_profile is null or ${UNUSUAL} then null else array[${EXPRESSIONS.join(
  ", ",
)}]::float8[] end`;

/** All but the formats, as text; the whole profile where there are no terms. */
export const baseTerms = (table: typeof models): SQL<string | null> =>
  sql`case when ${table.terms} is null then ${table.memoryProfile}::text
    else ${table.terms}[:${sql.raw(String(FORMATS_FROM))}]::text end`;

/** The sizes of one format, as text. */
export function formatTerms(table: typeof models, quant: QuantizationName): SQL<string | null> {
  const from = FORMATS_FROM + QUANTIZATION_NAMES.indexOf(quant) * PER_FORMAT.length;
  return sql`${table.terms}[${sql.raw(`${from + 1}:${from + PER_FORMAT.length}`)}]::text`;
}

/** The profile from what those two gave, as far as llama.cpp's estimates with 16-bit caches go. */
export function readTerms(
  base: string,
  formats: Partial<Record<QuantizationName, string | null>>,
): LlamaCppProfile {
  // JSON has its first name in quotes, an array of numbers has none.
  if (base.startsWith('{"')) return JSON.parse(base);
  const numbers = numbersIn(base);
  const figure = (name: keyof typeof BASE) => numbers[PLACE[name]]!;
  const weights: LlamaCppProfile["weights"] = {};
  for (const quant in formats) weights[quant] = sizesIn(formats[quant as QuantizationName]!);
  const total = figure("parameters");
  return {
    contextLength: figure("contextLength") || null,
    parameters: total ? { total } : null,
    weights,
    cache: {
      ...emptyCache(),
      segments: Array.from({ length: figure("segments") }, (_, index) => segmentIn(numbers, index)),
      stateBytesPerSequence: figure("stateBytes"),
      fixedBytesPerSequence: figure("fixedBytes"),
    },
    compute: {
      peakElements: figure("peakElements"),
      cellElements: figure("cellElements"),
      outputElements: figure("outputElements"),
      vocabSize: figure("vocabSize"),
      scoreHeads: figure("scoreHeads"),
      scoreElements: figure("scoreElements"),
      hiddenSize: figure("hiddenSize"),
      fullMask: figure("fullMask") === 1,
      spread: { low: figure("spreadLow"), high: figure("spreadHigh") },
    },
  };
}

/** The numbers of an array as Postgres writes it, `{1,2.5}`, which is JSON but for its brackets. */
const numbersIn = (text: string): number[] => JSON.parse(`[${text.slice(1, -1)}]`);

function placesOf<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

// Written out below, because these run for every row of a list.
const PLACE = placesOf(Object.keys(BASE) as (keyof typeof BASE)[]);
const IN_SEGMENT = placesOf(PER_SEGMENT);
const IN_FORMAT = placesOf(PER_FORMAT);

function segmentIn(numbers: readonly number[], index: number): CacheSegment {
  const from = NAMES.length + index * PER_SEGMENT.length;
  const figure = (name: keyof CacheSegment) => numbers[from + IN_SEGMENT[name]]!;
  return {
    windowTokens: figure("windowTokens") || null,
    tokensPerCell: figure("tokensPerCell"),
    layers: figure("layers"),
    keyElements: figure("keyElements"),
    valueElements: figure("valueElements"),
    paddedValueElements: figure("paddedValueElements"),
  };
}

function sizesIn(text: string): LlamaCppProfile["weights"][string] {
  const numbers = numbersIn(text);
  const figure = (name: (typeof PER_FORMAT)[number]) => numbers[IN_FORMAT[name]]!;
  return {
    basis: "TENSOR_LEVEL",
    container: "gguf",
    bytes: figure("bytes"),
    deviceBytes: figure("deviceBytes"),
    hostBytes: figure("hostBytes"),
    cpuBytes: figure("cpuBytes"),
    mtpBytes: 0,
  };
}
