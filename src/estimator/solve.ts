/**
 * The inverse questions: what fits a budget. Memory never shrinks when context, sequences or precision
 * grow, so each answer is found by bisection over the exact arithmetic, and is exact itself.
 */
import { EstimatorError, MAX_TOKENS, requireCount } from "./errors.ts";
import type { MemoryEstimate } from "./estimate.ts";
import { evaluate } from "./evaluate.ts";
import { CACHE_TYPES } from "./formats.ts";
import type { MemoryProfile } from "./profile.ts";
import { isQuantization, QUANTIZATIONS } from "./quantizations.ts";
import type { EstimateSettings } from "./settings.ts";

export interface Solution {
  /** The largest value that fits; 0 when not even the smallest does. */
  value: number;
  /** The memory at that value; null when nothing fits. */
  estimate: MemoryEstimate | null;
  /** What stops it from growing. */
  limitedBy: "MEMORY" | "TRAINED_CONTEXT" | "ARITHMETIC";
}

/**
 * Longest context that fits `budgetBytes`, in tokens. Stops at the trained context unless
 * `beyondTrained`; a model whose memory does not grow reaches that limit.
 */
export function longestContext(
  profile: MemoryProfile,
  settings: Omit<EstimateSettings, "contextTokens">,
  budgetBytes: number,
  beyondTrained = false,
): Solution {
  const trained = beyondTrained ? null : profile.contextLength;
  const limit = trained ?? MAX_TOKENS / 4;
  const found = largest(limit, budgetBytes, (contextTokens) =>
    evaluate(profile, { ...settings, contextTokens }),
  );
  const whole = found.value === limit;
  return {
    ...found,
    limitedBy: !whole ? "MEMORY" : trained === null ? "ARITHMETIC" : "TRAINED_CONTEXT",
  };
}

/** Most concurrent sequences of `settings.contextTokens` each that fit; up to 65,536. */
export function mostSequences(
  profile: MemoryProfile,
  settings: EstimateSettings,
  budgetBytes: number,
): Solution {
  const limit = 65_536;
  // llama.cpp divides its context among sequences, so each needs its own share of it.
  const perSequence = (settings.engine ?? "llama.cpp") === "llama.cpp";
  const most = Math.min(limit, Math.floor(MAX_TOKENS / settings.contextTokens));
  const found = largest(most, budgetBytes, (sequences) =>
    evaluate(profile, {
      ...settings,
      sequences,
      contextTokens: perSequence ? settings.contextTokens * sequences : settings.contextTokens,
    }),
  );
  return { ...found, limitedBy: found.value === most ? "ARITHMETIC" : "MEMORY" };
}

function largest(
  limit: number,
  budgetBytes: number,
  estimateAt: (value: number) => MemoryEstimate,
): { value: number; estimate: MemoryEstimate | null } {
  checkBudget(budgetBytes);
  let low = 0;
  let high = limit;
  let best: MemoryEstimate | null = null;
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    const estimate = estimateAt(middle);
    if (estimate.totalBytes <= budgetBytes) {
      low = middle;
      best = estimate;
    } else {
      high = middle - 1;
    }
  }
  return { value: low, estimate: best };
}

function checkBudget(budgetBytes: number): void {
  requireCount("budgetBytes", Math.floor(budgetBytes), 2 ** 52);
}

export interface QuantizationChoice {
  quant: string;
  estimate: MemoryEstimate;
}

/** The largest quantization whose total fits, by bytes; null when none does. */
export function largestQuantization(
  profile: MemoryProfile,
  settings: Omit<EstimateSettings, "quant">,
  budgetBytes: number,
  quants: readonly string[] = Object.keys(profile.weights).filter(isQuantization),
): QuantizationChoice | null {
  checkBudget(budgetBytes);
  let best: QuantizationChoice | null = null;
  for (const quant of quants) {
    const estimate = evaluate(profile, { ...settings, quant });
    const better = best === null || estimate.weightsBytes > best.estimate.weightsBytes;
    if (estimate.totalBytes <= budgetBytes && better) best = { quant, estimate };
  }
  return best;
}

export interface ParetoPoint extends QuantizationChoice {
  cacheType: string;
  contextTokens: number;
}

/**
 * Combinations of quantization, cache type and context that fit, and that no other fitting one beats
 * in all three at once. Contexts are powers of two up to the trained one, and that one itself.
 */
export function paretoSet(
  profile: MemoryProfile,
  settings: Omit<EstimateSettings, "quant" | "contextTokens" | "cacheTypeK" | "cacheTypeV">,
  budgetBytes: number,
  cacheTypes: readonly string[] = ["f16", "q8_0", "q4_0"],
): ParetoPoint[] {
  checkBudget(budgetBytes);
  const points: ParetoPoint[] = [];
  for (const quant of Object.keys(profile.weights).filter(isQuantization)) {
    for (const cacheType of cacheTypes) {
      const point = longestPowerOfTwo(profile, { ...settings, quant }, cacheType, budgetBytes);
      if (point !== null) points.push(point);
    }
  }
  return points
    .filter((point) => !points.some((other) => other !== point && beats(other, point)))
    .sort((a, b) => b.estimate.weightsBytes - a.estimate.weightsBytes);
}

/** What an engine refuses of a cache type, for all models or for this one. */
const REFUSALS: ReadonlySet<string> = new Set(["IMPOSSIBLE_SETTINGS", "UNFIT_CACHE_TYPE"]);

function longestPowerOfTwo(
  profile: MemoryProfile,
  settings: Omit<EstimateSettings, "contextTokens">,
  cacheType: string,
  budgetBytes: number,
): ParetoPoint | null {
  const trained = profile.contextLength ?? 131_072;
  let best: ParetoPoint | null = null;
  for (let context = 2048; context < 2 * trained; context *= 2) {
    const contextTokens = Math.min(context, trained);
    try {
      const cache = { cacheTypeK: cacheType, cacheTypeV: cacheType };
      const estimate = evaluate(profile, { ...settings, ...cache, contextTokens });
      if (estimate.totalBytes > budgetBytes) break;
      best = { quant: settings.quant, cacheType, contextTokens, estimate };
    } catch (error) {
      if (error instanceof EstimatorError && REFUSALS.has(error.code)) return null;
      throw error;
    }
  }
  return best;
}

/** At least as good in all three, and better in one. */
function beats(a: ParetoPoint, b: ParetoPoint): boolean {
  const gains = [
    quality(a.quant) - quality(b.quant),
    cacheBits(a.cacheType) - cacheBits(b.cacheType),
    a.contextTokens - b.contextTokens,
  ];
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}

const quality = (quant: string) => (isQuantization(quant) ? QUANTIZATIONS[quant].bitsPerWeight : 0);

function cacheBits(type: string): number {
  const format = CACHE_TYPES[type as keyof typeof CACHE_TYPES];
  return (format.bytes * 8) / format.elements;
}
