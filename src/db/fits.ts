/**
 * The estimator's sums as SQL, so that "what fits" is filtered, sorted and paged in the database. It
 * follows the same rules (llama.cpp's cells, flash attention on, one micro-batch of 512) to the same
 * byte; a test holds the two equal over the whole catalog. One plain expression over one column, so
 * that an index can answer it.
 */
import { type SQL, sql } from "drizzle-orm";
import { streamCells } from "../estimator/cache/segments.ts";
import { CACHE_TYPES, type CacheType, MAX_TOKENS, RUNTIME_BYTES } from "../estimator/index.ts";
import { roundUp } from "../estimator/units.ts";
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

/** A number of ours as a literal: a plan then serves exactly these settings. */
const number = (value: number) => sql.raw(`${value}::float8`);

/**
 * Bytes that a model takes in all, as a double that holds a whole number; null where the model has no
 * memory profile or the cache type's blocks do not divide its heads.
 */
export function memoryBytes(fit: FitColumn, settings: FitSettings): SQL<number | null> {
  return sql`(select sum + floor(${number(settings.overheadFraction)} * sum + 0.5)
    from (select ${exactBytes(OWN, settings)} as sum from ${unpacked(fit)} offset 0) as exact)`;
}

/** True for models that take at most `budgetBytes`. */
export function fitsIn(fit: Fit, settings: FitSettings, budgetBytes: number): SQL {
  const most = mostBeforeMargin(budgetBytes, settings.overheadFraction);
  // The weights alone rule most models out, for the price of one comparison.
  return sql`(${at(fit, settings.quant)} <= ${number(most - RUNTIME_BYTES.central)}
    and (select ${exactBytes(OWN, settings)} from ${unpacked(fit)}) <= ${number(most)})`;
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
  const most = number(mostBeforeMargin(budgetBytes, settings.overheadFraction));
  const longest = sql`coalesce(nullif(${table.contextSort}, 0), ${number(UNTRAINED)})::float8`;
  let step = sql`(select ${table.fit} || '{}'::float8[] as fit, ${longest} as longest,
    0::float8 as cells offset 0) as own`;
  for (let power = STEPS - 1; power >= 0; power--) {
    const more = sql`(own.cells + ${number(2 ** power * CELLS)})`;
    const sum = exactBytes(OWN, { ...settings, contextTokens: 1, sequences: 1 }, more);
    step = sql`(select own.fit, own.longest, case when ${more} < own.longest + ${number(CELLS)}
      and ${sum} <= ${most} then ${more} else own.cells end as cells from ${step} offset 0) as own`;
  }
  return sql`(select least(own.cells, own.longest) from ${step})`;
}

/** What the estimator stops at where nobody says what a model was made for. */
const UNTRAINED = MAX_TOKENS / 4;

const OWN = sql.raw("own.fit");

/** Postgres may store the array packed, and would unpack it again for each of its numbers. */
const unpacked = (fit: Fit) => sql`(select ${fit} || '{}'::float8[] as fit offset 0) as own`;

/** The largest sum that stays within the budget together with its margin. */
function mostBeforeMargin(budgetBytes: number, overhead: number): number {
  const withMargin = (sum: number) => sum + Math.floor(overhead * sum + 0.5);
  let sum = Math.floor(budgetBytes / (1 + overhead)) + 2;
  while (sum > 0 && withMargin(sum) > budgetBytes) sum--;
  return sum;
}

const at = (fit: Fit, name: string) => sql`${fit}[${sql.raw(String(placeOf(name)))}]`;

/** All but the margin; `given` cells of one stream follow from the settings when left out. */
function exactBytes(fit: Fit, settings: FitSettings, given?: SQL): SQL {
  const { quant, contextTokens, cacheType } = settings;
  const cells = given ?? number(streamCells(contextTokens, settings.sequences, false));
  const sequences = number(settings.sequences);
  const { elements: block, bytes } = CACHE_TYPES[cacheType];
  const rows = number(roundUp(settings.sequences * 4, ROW_ALIGNMENT));
  const seen = sql`${cells} * ${at(fit, "fullMask")}`;
  const segments = Array.from({ length: SEGMENTS }, (_, index) => segment(fit, index, cells));
  const cached = sql.join(
    segments.map((one) => one.elements),
    sql` + `,
  );
  const windowed = sql.join(
    segments.map((one) => one.windowed),
    sql`, `,
  );
  const layers = sql`${number(UBATCH * 4)}
      * (${at(fit, "peakElements")} + ceil(${at(fit, "cellElements")} * ${seen}))
    + ${number(UBATCH * 2)} * (${seen} + greatest(${windowed})) + ${rows}`;
  const output = sql`${sequences} * ${at(fit, "vocabSize")} * 4
    + ${number(UBATCH * 4)} * ${at(fit, "outputElements")}`;
  const sum = sql`(${at(fit, quant)} + ${number(RUNTIME_BYTES.central)}
    + ${sequences} * ((${cached}) / ${number(block)} * ${number(bytes)} + ${at(fit, "fixedBytes")})
    + greatest(${layers}, ${output}))`;
  return block === 1 ? sum : sql`(case when ${at(fit, "oddWidth")} = 0 then ${sum} end)`;
}

/** What one kind of layers adds: cached elements of a sequence, and cells of its window. */
function segment(fit: Fit, index: number, cells: SQL): { elements: SQL; windowed: SQL } {
  const elements = at(fit, `elements${index}`);
  const window = at(fit, `window${index}`);
  const ratio = at(fit, `ratio${index}`);
  const padding = number(CELLS);
  const kept = sql`least(${cells}, ceil((${window} + ${number(UBATCH)}) / ${padding}) * ${padding})`;
  return {
    elements: sql`case when ${elements} = 0 then 0 else ${elements} * case
      when ${ratio} > 1 then ceil(ceil(${cells} / ${ratio}) / ${padding}) * ${padding}
      when ${window} = 0 then ${cells} else ${kept} end end`,
    windowed: sql`case when ${window} = 0 then 0 else ${kept} end`,
  };
}
