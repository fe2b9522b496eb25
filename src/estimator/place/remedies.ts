/** What would have to change for a model that does not fit: each remedy alone, as far as it helps. */
import type { MemoryProfile } from "../profile.ts";
import type { EstimateSettings } from "../settings.ts";
import { largestQuantization, longestContext } from "../solve.ts";

export interface Remedies {
  /** Longest context that fits with everything else as it is; 0 when none does. */
  contextTokens: number;
  /** Largest quantization that fits at the wanted context; null when none does. */
  quant: string | null;
  /** Cache type of 8 or 4 bits with which it fits as it is; null when neither is enough. */
  cacheType: string | null;
  /** Memory that would be enough as it is. */
  neededBytes: number;
}

export function remedies(
  profile: MemoryProfile,
  settings: EstimateSettings,
  budgetBytes: number,
  neededBytes: number,
): Remedies {
  const contextTokens = longestContext(profile, settings, budgetBytes, true).value;
  const quant = largestQuantization(profile, settings, budgetBytes)?.quant ?? null;
  const cacheType =
    ["q8_0", "q4_0"].find((type) => {
      try {
        const cache = { cacheTypeK: type, cacheTypeV: type };
        return (
          longestContext(profile, { ...settings, ...cache }, budgetBytes, true).value >=
          settings.contextTokens
        );
      } catch {
        return false;
      }
    }) ?? null;
  return { contextTokens, quant, cacheType, neededBytes };
}
