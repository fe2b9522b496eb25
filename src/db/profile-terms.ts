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
  const { contextLength, parameters, segments, stateBytes, fixedBytes, ...compute } = named(
    NAMES,
    numbers,
    0,
  );
  const { fullMask, spreadLow, spreadHigh, ...elements } = compute;
  const weights: LlamaCppProfile["weights"] = {};
  for (const [quant, text] of Object.entries(formats)) {
    const sizes = named(PER_FORMAT, numbersIn(text!), 0);
    weights[quant] = { basis: "TENSOR_LEVEL", container: "gguf", ...sizes, mtpBytes: 0 };
  }
  return {
    contextLength: contextLength || null,
    parameters: parameters ? { total: parameters } : null,
    weights,
    cache: {
      ...emptyCache(),
      segments: Array.from({ length: segments }, (_, index) => {
        const segment = named(PER_SEGMENT, numbers, NAMES.length + index * PER_SEGMENT.length);
        return { ...segment, windowTokens: segment.windowTokens || null };
      }),
      stateBytesPerSequence: stateBytes,
      fixedBytesPerSequence: fixedBytes,
    },
    compute: {
      ...elements,
      fullMask: fullMask === 1,
      spread: { low: spreadLow, high: spreadHigh },
    },
  };
}

/** The numbers of an array as Postgres writes it: `{1,2.5}`. */
const numbersIn = (text: string) => text.slice(1, -1).split(",").map(Number);

function named<Name extends string>(
  names: readonly Name[],
  numbers: readonly number[],
  from: number,
): Record<Name, number> {
  const record = {} as Record<Name, number>;
  names.forEach((name, index) => {
    record[name] = numbers[from + index]!;
  });
  return record;
}
