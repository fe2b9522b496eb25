/**
 * The estimator as a library: memory, hardware and speed of language models, as pure arithmetic.
 * `compile` an architecture once, `evaluate` its profile as often as needed.
 */
export type * from "./architecture.ts";
export {
  CHECKPOINT_FORMAT_NAMES,
  CHECKPOINT_FORMATS,
  type CheckpointFormat,
  type CheckpointFormatName,
} from "./checkpoint-formats.ts";
export { compile, type PublishedWeights } from "./compile.ts";
export { downloadBytes } from "./download.ts";
export { type VllmPaging, vllmPaging } from "./engines/vllm-parts.ts";
export { EstimatorError, type EstimatorErrorCode, MAX_TOKENS } from "./errors.ts";
export { type Interval, type MemoryEstimate, RUNTIME_BYTES } from "./estimate.ts";
export { evaluate, evaluateLlamaCpp } from "./evaluate.ts";
export { CACHE_TYPES, type CacheType, TENSOR_TYPES, type TensorType } from "./formats.ts";
export { type NominalEstimate, type NominalInput, nominalEstimate } from "./nominal.ts";
export { countParameters, type ParameterCounts } from "./parameters.ts";
export {
  type DevicePlacement,
  PLACEMENT_MODES,
  type Placement,
  type PlacementDevice,
  type PlacementInput,
  type PlacementMode,
  place,
  smallestDeviceCount,
} from "./place/index.ts";
export { type Remedies, remedies } from "./place/remedies.ts";
export {
  type Basis,
  type FileSizes,
  type LlamaCppProfile,
  type MemoryProfile,
  PROFILE_VERSION,
  type WeightBytes,
} from "./profile.ts";
export {
  isQuantization,
  QUANTIZATION_NAMES,
  QUANTIZATIONS,
  type Quantization,
  type QuantizationName,
} from "./quantizations.ts";
export { ENGINE_CACHE_TYPES, ENGINES, type Engine, type EstimateSettings } from "./settings.ts";
export {
  largestQuantization,
  longestContext,
  mostSequences,
  type ParetoPoint,
  paretoSet,
  type QuantizationChoice,
  type Solution,
} from "./solve.ts";
export {
  DECODE_EFFICIENCY,
  estimateSpeed,
  PREFILL_EFFICIENCY,
  type SpeedDevice,
  type SpeedEstimate,
} from "./speed.ts";
export {
  HARDWARE_SIZES,
  HARDWARE_TIERS,
  type HardwareSize,
  type HardwareTier,
  hardwareSize,
  hardwareSizeGiB,
  hardwareTier,
  memoryClassGiB,
} from "./tiers.ts";
export { formatBytes, GB, GIB, KIB, MIB, toGB, toGiB } from "./units.ts";
