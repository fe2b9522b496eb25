/**
 * What a model stores between tokens, reduced to a few segments that can be multiplied. Layers whose
 * caches grow alike (full attention, one window size, one compression ratio) share a segment, so a
 * model of a hundred layers has one to four of them, whatever its family.
 */
import { roundUp } from "../units.ts";
import type { TokenCache } from "./mixers.ts";

export interface CacheSegment {
  /** Window in tokens; null when cells grow with the whole context. */
  windowTokens: number | null;
  /** Tokens that one cell stands for: 1, or the ratio of a compressed cache. */
  tokensPerCell: number;
  /** Caches of layers that are in this segment. */
  layers: number;
  /** Key elements of one cell, summed over those layers. */
  keyElements: number;
  /** Value elements of one cell, summed over those layers; 0 for latent caches. */
  valueElements: number;
  /** The same when every row is as wide as the widest of the model (transposed values). */
  paddedValueElements: number;
}

export interface CacheProfile {
  segments: CacheSegment[];
  /** Recurrent state of one sequence: constant, whatever the context. */
  stateBytesPerSequence: number;
  /** Bytes of one sequence that belong to the cache but do not grow (compressor state). */
  fixedBytesPerSequence: number;
  /** Widths that a quantized type's block must divide, each once. */
  keyHeadWidths: number[];
  valueHeadWidths: number[];
  /** Keys and values share one row, so both must have one type. */
  sameTypeForBoth: boolean;
  /** Every sequence has streams of its own even when the cache is unified. */
  alwaysSplit: boolean;
}

export function emptyCache(): CacheProfile {
  return {
    segments: [],
    stateBytesPerSequence: 0,
    fixedBytesPerSequence: 0,
    keyHeadWidths: [],
    valueHeadWidths: [],
    sameTypeForBoth: false,
    alwaysSplit: false,
  };
}

/** Adds one layer's cache to the segment of its kind. */
export function addCache(profile: CacheProfile, cache: TokenCache, padded: number): void {
  let segment = profile.segments.find(
    (other) =>
      other.windowTokens === cache.windowTokens && other.tokensPerCell === cache.tokensPerCell,
  );
  if (segment === undefined) {
    segment = {
      windowTokens: cache.windowTokens,
      tokensPerCell: cache.tokensPerCell,
      layers: 0,
      keyElements: 0,
      valueElements: 0,
      paddedValueElements: 0,
    };
    profile.segments.push(segment);
  }
  segment.layers += 1;
  segment.keyElements += cache.keyElements;
  segment.valueElements += cache.valueElements;
  segment.paddedValueElements += cache.valueElements === 0 ? 0 : padded;
  addOnce(profile.keyHeadWidths, cache.keyHeadWidth);
  if (cache.valueElements > 0) addOnce(profile.valueHeadWidths, cache.valueHeadWidth);
}

function addOnce(list: number[], value: number): void {
  if (!list.includes(value)) list.push(value);
}

/** llama.cpp rounds the context and every stream up to this many cells. */
export const CELL_PADDING = 256;

/** Cells of one stream of a full-attention cache. */
export function streamCells(contextTokens: number, sequences: number, unified: boolean): number {
  const cells = roundUp(contextTokens, CELL_PADDING);
  return unified || sequences === 1
    ? cells
    : roundUp(Math.max(1, Math.floor(cells / sequences)), CELL_PADDING);
}

/**
 * Cells of one stream of a segment, given those of a full one. A window keeps
 * `window × sequences in the stream + ubatch` tokens, rounded up to 256: a batch is written before
 * old tokens are dropped.
 */
export function segmentCells(
  segment: CacheSegment,
  fullCells: number,
  sequencesInStream: number,
  ubatch: number,
  swaFull: boolean,
): number {
  if (segment.tokensPerCell > 1) {
    return roundUp(Math.ceil(fullCells / segment.tokensPerCell), CELL_PADDING);
  }
  if (segment.windowTokens === null || swaFull) return fullCells;
  const window = segment.windowTokens * sequencesInStream + ubatch;
  return window >= fullCells ? fullCells : roundUp(window, CELL_PADDING);
}
