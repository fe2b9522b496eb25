/** Which cache types llama.cpp accepts for a model; each refusal says which rule it breaks. */
import { EstimatorError } from "../errors.ts";
import { cacheFormat } from "../formats.ts";
import type { CacheProfile } from "./segments.ts";

export function checkCacheTypes(
  cache: CacheProfile,
  typeK: string,
  typeV: string,
  flashAttention: boolean,
): void {
  if (cache.sameTypeForBoth && typeK !== typeV) {
    throw impossible(
      "cacheTypeV",
      "this model caches keys and values in one row, so both types must be equal",
    );
  }
  const valueBlock = cacheFormat("cacheTypeV", typeV).elements;
  if (!flashAttention && valueBlock > 1) {
    throw impossible("cacheTypeV", `values of type ${typeV} need flash attention`);
  }
  checkBlock("cacheTypeK", typeK, cache.keyHeadWidths);
  checkBlock("cacheTypeV", typeV, cache.valueHeadWidths);
}

function checkBlock(field: string, type: string, widths: readonly number[]): void {
  const { elements } = cacheFormat(field, type);
  if (elements === 1) return;
  for (const width of widths) {
    if (width % elements !== 0) {
      const message = `blocks of ${type} (${elements}) do not divide heads of ${width}`;
      throw new EstimatorError("UNFIT_CACHE_TYPE", field, message);
    }
  }
}

function impossible(field: string, message: string): EstimatorError {
  return new EstimatorError("IMPOSSIBLE_SETTINGS", field, message);
}
