/**
 * The estimator's sums as SQL, so that "what fits" is filtered, sorted and paged in the database. It
 * reads the same memory profile and follows the same rules (llama.cpp's cells, flash attention on,
 * one micro-batch of 512) to the same byte; a test holds the two equal over the whole catalog.
 */
import { type SQL, sql } from "drizzle-orm";
import { streamCells } from "../estimator/cache/segments.ts";
import { CACHE_TYPES, type CacheType, RUNTIME_BYTES } from "../estimator/index.ts";
import type { models } from "./tables.ts";

export interface FitSettings {
  /** A quantization name of the profile; where a profile lacks it, the sum is null. */
  quant: string;
  contextTokens: number;
  sequences: number;
  cacheType: CacheType;
  /** Margin as a fraction of everything else. */
  overheadFraction: number;
}

/** Tokens computed at once, and cells that allocations are rounded up to: llama.cpp's defaults. */
const UBATCH = sql.raw("512");
const CELLS = sql.raw("256");

/**
 * Bytes that a model takes in all, as a double that holds a whole number; null where the model has no
 * memory profile or the cache type's blocks do not divide its heads.
 */
export function memoryBytes(
  profile: (typeof models)["memoryProfile"],
  settings: FitSettings,
): SQL<number | null> {
  const { quant, contextTokens, cacheType } = settings;
  const full = sql`${streamCells(contextTokens, settings.sequences, false)}::float8`;
  const sequences = sql`${settings.sequences}::float8`;
  const overhead = sql`${settings.overheadFraction}::float8`;
  const block = sql.raw(String(CACHE_TYPES[cacheType].elements));
  const blockBytes = sql.raw(String(CACHE_TYPES[cacheType].bytes));
  const driver = sql.raw(String(RUNTIME_BYTES.central));
  return sql<number | null>`(
    select parts.sum + floor(${overhead} * parts.sum + 0.5)
    from jsonb_to_record(${profile}) as profile(weights jsonb, cache jsonb, compute jsonb),
      jsonb_to_record(profile.cache) as cache(
        segments jsonb, "keyHeadWidths" jsonb, "valueHeadWidths" jsonb,
        "fixedBytesPerSequence" float8, "stateBytesPerSequence" float8),
      jsonb_to_record(profile.compute) as compute(
        "peakElements" float8, "cellElements" float8, "outputElements" float8,
        "vocabSize" float8, "fullMask" boolean),
      lateral (
        select
          coalesce(sum(${sequences} * cells.count * ("keyElements" + "valueElements")
            / ${block} * ${blockBytes}), 0) as bytes,
          coalesce(max(cells.count) filter (where "windowTokens" is not null), 0) as windowed
        from jsonb_to_recordset(cache.segments) as segment(
            "windowTokens" float8, "tokensPerCell" float8,
            "keyElements" float8, "valueElements" float8),
          lateral (select case
            when "tokensPerCell" > 1
              then ceil(ceil(${full} / "tokensPerCell") / ${CELLS}) * ${CELLS}
            when "windowTokens" is null or "windowTokens" + ${UBATCH} >= ${full} then ${full}
            else ceil(("windowTokens" + ${UBATCH}) / ${CELLS}) * ${CELLS} end as count) as cells
      ) as kv,
      lateral (select case when "fullMask" then ${full} else 0 end as cells) as seen,
      lateral (select
        (weights->${quant}->>'deviceBytes')::float8 + ${driver} + kv.bytes
        + ${sequences} * ("fixedBytesPerSequence" + "stateBytesPerSequence")
        + greatest(
            ${UBATCH} * 4 * ("peakElements" + ceil("cellElements" * seen.cells))
              + ${UBATCH} * 2 * (seen.cells + kv.windowed) + ceil(${sequences} / 4) * 16,
            ${sequences} * "vocabSize" * 4 + ${UBATCH} * 4 * "outputElements") as sum) as parts
    where not exists (
      select from jsonb_array_elements_text("keyHeadWidths" || "valueHeadWidths") as width
      where width::int % ${block} <> 0))`;
}
