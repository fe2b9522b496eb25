/**
 * From a memory profile and settings to bytes, itemised. Everything here is a few multiplications:
 * it runs millions of times a second, and the database does the same sums in SQL.
 */
import { llamaCppParts } from "./engines/llamacpp-parts.ts";
import { transformersParts } from "./engines/transformers.ts";
import { vllmParts } from "./engines/vllm-parts.ts";
import { itemise, type MemoryEstimate } from "./estimate.ts";
import type { LlamaCppProfile, MemoryProfile } from "./profile.ts";
import { checkSettings, type EstimateSettings } from "./settings.ts";

/** Memory of a model under the settings. Throws `EstimatorError` for what cannot be. */
export function evaluate(profile: MemoryProfile, settings: EstimateSettings): MemoryEstimate {
  if (settings.engine !== "vllm" && settings.engine !== "transformers") {
    return evaluateLlamaCpp(profile, settings);
  }
  checkSettings(settings);
  const parts =
    settings.engine === "vllm"
      ? vllmParts(profile, settings)
      : transformersParts(profile, settings);
  return itemise(parts, settings, profile.contextLength);
}

/** The same by llama.cpp's rules, which need less of a profile. */
export function evaluateLlamaCpp(
  profile: LlamaCppProfile,
  settings: EstimateSettings,
): MemoryEstimate {
  checkSettings(settings);
  return itemise(llamaCppParts(profile, settings), settings, profile.contextLength);
}
