/**
 * The memory profile: everything about a model that its memory depends on, as plain numbers. It is
 * compiled once, stored as JSON, and evaluated with a few multiplications, in TypeScript or in SQL.
 */

import type { CacheProfile } from "./cache/segments.ts";
import type { ComputeProfile } from "./compute/index.ts";
import type { TransformersProfile } from "./engines/transformers.ts";
import type { VllmProfile } from "./engines/vllm.ts";
import { EstimatorError } from "./errors.ts";
import type { ParameterCounts } from "./parameters.ts";
import type { EstimateSettings } from "./settings.ts";

/** Goes up when an older stored profile would give other figures and must be compiled again. */
export const PROFILE_VERSION = 2;

/**
 * How a figure is known. `PUBLISHED_FILE`: from the header of a real file. `TENSOR_LEVEL`: from a list
 * of all tensors and the quantizer's rules. `PARAMETER_COUNT`: parameters times mean bits per weight.
 */
export type Basis = "PUBLISHED_FILE" | "TENSOR_LEVEL" | "PARAMETER_COUNT";

export interface FileSizes {
  /** All tensors of the file, unaligned, without those of extra prediction layers. */
  bytes: number;
  /** What lands on the accelerator when every layer is offloaded. */
  deviceBytes: number;
  /** What stays in host memory (token embedding and the like), also then. */
  hostBytes: number;
  /** What a run without an accelerator allocates. */
  cpuBytes: number;
  /** What the file holds besides for prediction layers (MTP), which llama.cpp loads only on demand. */
  mtpBytes: number;
  /** What one token's forward pass reads: routed experts by how many are visited, no embedding table. */
  activeBytes?: number;
}

export interface WeightBytes extends FileSizes {
  basis: Basis;
  /** `checkpoint`: a safetensors or MLX format, which llama.cpp does not load. */
  container?: "gguf" | "checkpoint";
  /** The same with an importance matrix, where that changes the mixture. */
  imatrix?: FileSizes;
}

export interface MemoryProfile {
  version: number;
  contextLength: number | null;
  parameters: ParameterCounts | null;
  /** By quantization name, of the text model alone. */
  weights: Record<string, WeightBytes>;
  /** Towers for images and sound as checkpoints hold them, in 16 bits; those that could be counted. */
  towerBytes: number;
  /** llama.cpp's cache and compute buffer. */
  cache: CacheProfile;
  compute: ComputeProfile;
  transformers: TransformersProfile;
  vllm: VllmProfile;
}

/** What llama.cpp's rules read of a profile. */
export interface LlamaCppProfile
  extends Pick<MemoryProfile, "contextLength" | "weights" | "cache" | "compute"> {
  parameters: Pick<ParameterCounts, "total"> | null;
}

/** The sizes of the quantization that the settings name; throws `UNKNOWN_FORMAT` for any other. */
export function weightsFor(
  profile: Pick<MemoryProfile, "weights">,
  settings: EstimateSettings,
): FileSizes & Pick<WeightBytes, "basis" | "container"> {
  const { quant } = settings;
  const weights = Object.hasOwn(profile.weights, quant) ? profile.weights[quant] : undefined;
  if (weights === undefined) {
    const known = Object.keys(profile.weights).join(", ");
    throw new EstimatorError("UNKNOWN_FORMAT", "quant", `quant "${quant}" is not one of ${known}`);
  }
  return settings.imatrix && weights.imatrix
    ? { ...weights.imatrix, basis: weights.basis, container: weights.container }
    : weights;
}

/**
 * The whole checkpoint in the settings' format, which vLLM and transformers load with its towers. They
 * stay in 16 bits in every packed format; a published checkpoint's size has them in it.
 */
export function checkpointFor(
  profile: Pick<MemoryProfile, "weights" | "towerBytes">,
  settings: EstimateSettings,
): Pick<WeightBytes, "bytes" | "basis"> {
  const { bytes, basis } = weightsFor(profile, settings);
  return { bytes: basis === "PUBLISHED_FILE" ? bytes : bytes + profile.towerBytes, basis };
}
