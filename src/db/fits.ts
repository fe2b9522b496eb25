/**
 * The estimator's sums as SQL, so that "what fits" is filtered, sorted and paged in the database. It
 * follows the same rules (llama.cpp's cells, flash attention on, one micro-batch of 512) to the same
 * byte; a test holds the two equal over the whole catalog. One plain expression over one column, so
 * that an index can answer it.
 */
import { type SQL, sql } from "drizzle-orm";
import { streamCells } from "../estimator/cache/segments.ts";
import {
  CACHE_TYPES,
  type CacheType,
  isQuantization,
  MAX_TOKENS,
  QUANTIZATIONS,
  RUNTIME_BYTES,
} from "../estimator/index.ts";
import { placeOf, SEGMENTS } from "./fit-coefficients.ts";
import type { models } from "./tables.ts";

type FitColumn = (typeof models)["fit"];

/** The array where it is read: a column, or an unpacked copy of one. */
type Fit = SQL | FitColumn;

export interface FitSettings {
  /** A quantization name; where there is none of that name, the sum is null. */
  quant: string;
  contextTokens: number;
  sequences: number;
  cacheType: CacheType;
  /** Margin as a fraction of everything else. */
  overheadFraction: number;
}

/** Tokens computed at once, and cells that allocations are rounded up to: llama.cpp's defaults. */
const UBATCH = 512;
const CELLS = 256;
/** The indices of the rows whose logits are kept take a multiple of this many bytes. */
const ROW_ALIGNMENT = 16;

/** A number of the rules, as it is. */
const number = (value: number) => `${value}::float8`;
/** A number of a request, as a parameter: one statement serves all settings. */
const given = (value: number) => sql`${value}::float8`;
const { raw } = sql;

/**
 * Bytes that a model takes in all, as a double that holds a whole number; null where the model has no
 * memory profile or the cache type's blocks do not divide its heads.
 */
export function memoryBytes(fit: FitColumn, settings: FitSettings): SQL<number | null> {
  return sql`(select sum + floor(${given(settings.overheadFraction)} * sum + 0.5)
    from (select ${raw(exactBytes(settings.cacheType))} as sum from ${own(fit, settings)} offset 0) as exact)`;
}

/** True for models that take at most `budgetBytes`. */
export function fitsIn(fit: Fit, settings: FitSettings, budgetBytes: number): SQL {
  const most = mostBeforeMargin(budgetBytes, settings.overheadFraction);
  const mostWeights = most - RUNTIME_BYTES.central;
  // The weights alone rule most models out, for the price of two comparisons.
  return sql`(${wholeWeights(fit)} <= ${raw(number(mostWholeWeights(settings.quant, mostWeights)))}
    and ${weights(fit, settings.quant)} <= ${given(mostWeights)}
    and (select ${raw(exactBytes(settings.cacheType))} from ${own(fit, settings)}) <= ${given(most)})`;
}

/** The weights at 16 bits, which an index is sorted by. */
const wholeWeights = (fit: Fit) => sql`${fit}[${raw(String(placeOf("F16")))}]`;

/**
 * A power of two that no model is above whose weights in a format are within `most`. Written out, so
 * that a kept statement still knows whether many models can fit or few: the planner counts them. A
 * format takes no less than a good part of its usual bits, also where it leaves layers as they are.
 */
function mostWholeWeights(quant: string, most: number): number {
  if (!isQuantization(quant) || most <= 0) return 0;
  const { bitsPerWeight } = QUANTIZATIONS[quant];
  const leastBits = bitsPerWeight * (bitsPerWeight >= 16 ? 0.9 : 0.4);
  return 2 ** Math.ceil(Math.log2((most * 16) / Math.min(leastBits, 16)));
}

/** Powers of two that the longest context of any model is below, in cells of 256 tokens. */
const STEPS = 22;

/**
 * The longest context in tokens that one sequence can have within `budgetBytes`, up to the one that
 * the model was made for; 0 when none fits. It is built up from its largest power of two downwards.
 */
export function longestContextIn(
  table: Pick<typeof models, "fit" | "contextSort">,
  settings: Omit<FitSettings, "contextTokens" | "sequences">,
  budgetBytes: number,
): SQL<number> {
  const most = given(mostBeforeMargin(budgetBytes, settings.overheadFraction));
  const longest = sql`coalesce(nullif(${table.contextSort}, 0), ${raw(number(UNTRAINED))})::float8`;
  let step = sql`(select ${table.fit} || '{}'::float8[] as fit,
    ${weights(table.fit, settings.quant)} as weights, ${raw(number(1))} as sequences,
    ${longest} as longest, ${most} as most, ${raw(number(0))} as cells offset 0) as own`;
  for (let power = STEPS - 1; power >= 0; power--) {
    const more = `(own.cells + ${number(2 ** power * CELLS)})`;
    const next = `case when ${more} < own.longest + ${number(CELLS)}
      and ${exactBytes(settings.cacheType, more)} <= own.most then ${more} else own.cells end`;
    step = sql`(select own.fit, own.weights, own.sequences, own.longest, own.most,
      ${raw(next)} as cells from ${step} offset 0) as own`;
  }
  return sql`(select least(own.cells, own.longest) from ${step})`;
}

/** What the estimator stops at where nobody says what a model was made for. */
const UNTRAINED = MAX_TOKENS / 4;

/**
 * The array beside the settings, as one row. Postgres may store the array packed, and would unpack it
 * again for each of its numbers.
 */
function own(fit: Fit, { quant, contextTokens, sequences }: FitSettings): SQL {
  return sql`(select ${fit} || '{}'::float8[] as fit, ${weights(fit, quant)} as weights,
    ${given(streamCells(contextTokens, sequences, false))} as cells,
    ${given(sequences)} as sequences offset 0) as own`;
}

/** Bytes of the weights in a format. */
const weights = (fit: Fit, quant: string) => sql`${fit}[${placeOf(quant)}::int]`;

/** The largest sum that stays within the budget together with its margin. */
function mostBeforeMargin(budgetBytes: number, overhead: number): number {
  const withMargin = (sum: number) => sum + Math.floor(overhead * sum + 0.5);
  let sum = Math.floor(budgetBytes / (1 + overhead)) + 2;
  while (sum > 0 && withMargin(sum) > budgetBytes) sum--;
  return sum;
}

const at = (name: string) => `own.fit[${placeOf(name)}]`;

/**
 * All but the margin, for `own`; `cells` of one stream are its own when left out. Plain text, because
 * it is long, made for each request, and holds no value of one.
 */
function exactBytes(cacheType: CacheType, cells = "own.cells"): string {
  const { elements: block, bytes } = CACHE_TYPES[cacheType];
  const alignment = number(ROW_ALIGNMENT);
  const rows = `ceil(own.sequences * 4 / ${alignment}) * ${alignment}`;
  const seen = `${cells} * ${at("fullMask")}`;
  const segments = Array.from({ length: SEGMENTS }, (_, index) => segment(index, cells));
  const cached = segments.map(({ elements }) => elements).join(" + ");
  const windowed = segments.map((one) => one.windowed).join(", ");
  const layers = `${number(UBATCH * 4)}
      * (${at("peakElements")} + ceil(${at("cellElements")} * ${seen}))
    + ${number(UBATCH * 2)} * (${seen} + greatest(${windowed})) + ${rows}`;
  const output = `own.sequences * ${at("vocabSize")} * 4
    + ${number(UBATCH * 4)} * ${at("outputElements")}`;
  const sum = `(own.weights + ${number(RUNTIME_BYTES.central)}
    + own.sequences * ((${cached}) / ${number(block)} * ${number(bytes)} + ${at("fixedBytes")})
    + greatest(${layers}, ${output}))`;
  return block === 1 ? sum : `(case when ${at("oddWidth")} = 0 then ${sum} end)`;
}

/** What one kind of layers adds: cached elements of a sequence, and cells of its window. */
function segment(index: number, cells: string): { elements: string; windowed: string } {
  const elements = at(`elements${index}`);
  const window = at(`window${index}`);
  const ratio = at(`ratio${index}`);
  const padding = number(CELLS);
  const kept = `least(${cells}, ceil((${window} + ${number(UBATCH)}) / ${padding}) * ${padding})`;
  return {
    elements: `case when ${elements} = 0 then 0 else ${elements} * case
      when ${ratio} > 1 then ceil(ceil(${cells} / ${ratio}) / ${padding}) * ${padding}
      when ${window} = 0 then ${cells} else ${kept} end end`,
    windowed: `case when ${window} = 0 then 0 else ${kept} end`,
  };
}
