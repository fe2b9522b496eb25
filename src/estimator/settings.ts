/**
 * What a caller can choose when asking for memory. Only quantization and context are needed; the
 * defaults are what a person at home means: llama.cpp, one sequence, 16-bit cache, flash attention.
 */
import { EstimatorError, requireCount } from "./errors.ts";
import { type CacheType, cacheFormat } from "./formats.ts";

export const ENGINES = ["llama.cpp", "vllm", "transformers"] as const;
export type Engine = (typeof ENGINES)[number];

/**
 * Types that each engine can keep a cache in: llama.cpp's `--cache-type-k`, vLLM's `--kv-cache-dtype`,
 * and in transformers the type of the model (its quantized caches are not modelled).
 */
export const ENGINE_CACHE_TYPES: Readonly<Record<Engine, readonly CacheType[]>> = {
  "llama.cpp": ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"],
  vllm: ["f16", "bf16", "fp8", "nvfp4"],
  transformers: ["f32", "f16", "bf16"],
};

export interface EstimateSettings {
  /** A name of `QUANTIZATIONS`, or one that the profile has a published file for. */
  quant: string;
  contextTokens: number;
  /** Concurrent sequences (llama.cpp: `--parallel`). Default 1. */
  sequences?: number;
  /** Type of cached keys. Default `f16` (`bf16` in engines that keep the model's own type). */
  cacheTypeK?: string;
  cacheTypeV?: string;
  /** The caller's own safety margin, as a fraction of everything else. Default 0. */
  overheadFraction?: number;
  engine?: Engine;
  flashAttention?: boolean;
  /** Where the layers run; a CPU has another scratch space. Default `gpu`. */
  device?: "gpu" | "cpu";
  /** Tokens computed at once while reading a prompt (`--ubatch-size`). Default 512. */
  ubatch?: number;
  /** Rows of logits kept; null means one per sequence, as a server does. */
  outputRows?: number | null;
  /** Keep the whole context in sliding-window layers too (`--swa-full`). Default false. */
  swaFull?: boolean;
  /** One cache shared by all sequences (`--kv-unified`). Default false. */
  kvUnified?: boolean;
  /** An importance matrix was used, which changes some mixtures. Default false. */
  imatrix?: boolean;
  /** Largest buffer the device allows, where it limits that (some Vulkan devices: 1 GiB). */
  bufferLimitBytes?: number;
  /** Bytes of the driver's own context; null means the usual CUDA figure with its interval. */
  runtimeBytes?: number | null;
  /** vLLM: ranks of tensor parallelism. The answer is for one rank. Default 1. */
  tensorParallel?: number;
  /** vLLM: tokens scheduled at once (`--max-num-batched-tokens`). Default 8192. */
  maxBatchedTokens?: number;
}

/** Throws a typed error for a setting that no engine accepts. */
export function checkSettings(settings: EstimateSettings): void {
  requireCount("contextTokens", settings.contextTokens);
  if (settings.sequences !== undefined) requireCount("sequences", settings.sequences, 65_536);
  if (settings.ubatch !== undefined) requireCount("ubatch", settings.ubatch, 1_048_576);
  if (settings.tensorParallel !== undefined) {
    requireCount("tensorParallel", settings.tensorParallel, 4_096);
  }
  if (settings.maxBatchedTokens !== undefined) {
    requireCount("maxBatchedTokens", settings.maxBatchedTokens, 2 ** 24);
  }
  if (settings.outputRows != null) requireCount("outputRows", settings.outputRows, 2 ** 24);
  const overhead = settings.overheadFraction;
  if (overhead !== undefined && !(overhead >= 0 && overhead <= 10)) {
    throw outOfRange("overheadFraction", "from 0 to 10", overhead);
  }
  const runtime = settings.runtimeBytes;
  if (runtime != null && !(runtime >= 0 && runtime <= 2 ** 40)) {
    throw outOfRange("runtimeBytes", "from 0 to 2^40", runtime);
  }
  if (settings.engine !== undefined && !ENGINES.includes(settings.engine)) {
    throw new EstimatorError(
      "UNKNOWN_FORMAT",
      "engine",
      `engine "${settings.engine}" is not one of ${ENGINES.join(", ")}`,
    );
  }
  checkCacheType("cacheTypeK", settings.cacheTypeK, settings.engine);
  checkCacheType("cacheTypeV", settings.cacheTypeV, settings.engine);
}

function checkCacheType(field: string, type: string | undefined, engine?: Engine): void {
  if (type === undefined) return;
  cacheFormat(field, type);
  const known: readonly string[] = ENGINE_CACHE_TYPES[engine ?? "llama.cpp"];
  if (known.includes(type)) return;
  throw new EstimatorError(
    "IMPOSSIBLE_SETTINGS",
    field,
    `${engine ?? "llama.cpp"} keeps its cache as ${known.join(", ")}, not as ${type}`,
  );
}

function outOfRange(field: string, range: string, value: number): EstimatorError {
  return new EstimatorError("OUT_OF_RANGE", field, `${field} must be ${range}, not ${value}`);
}

/** Bytes per element of a cache type; throws for an unknown one. */
export function cacheElementBytes(field: string, name: string): number {
  const format = cacheFormat(field, name);
  return format.bytes / format.elements;
}
