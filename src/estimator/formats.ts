/**
 * Storage types of tensors and caches: how many bytes a block of elements takes. Figures are the
 * struct sizes of ggml (`ggml-common.h`); a row of n elements takes `n / elements * bytes`.
 */
import { EstimatorError } from "./errors.ts";

export interface BlockFormat {
  /** Elements that share one block. A row must be a multiple of this. */
  elements: number;
  /** Bytes of one block, scales included. */
  bytes: number;
}

const block = (elements: number, bytes: number): BlockFormat => ({ elements, bytes });

export const TENSOR_TYPES = {
  F32: block(1, 4),
  F16: block(1, 2),
  BF16: block(1, 2),
  I32: block(1, 4),
  Q1_0: block(128, 18),
  Q2_0: block(64, 18),
  Q4_0: block(32, 18),
  Q4_1: block(32, 20),
  Q5_0: block(32, 22),
  Q5_1: block(32, 24),
  Q8_0: block(32, 34),
  Q2_K: block(256, 84),
  Q3_K: block(256, 110),
  Q4_K: block(256, 144),
  Q5_K: block(256, 176),
  Q6_K: block(256, 210),
  IQ1_S: block(256, 50),
  IQ1_M: block(256, 56),
  IQ2_XXS: block(256, 66),
  IQ2_XS: block(256, 74),
  IQ2_S: block(256, 82),
  IQ3_XXS: block(256, 98),
  IQ3_S: block(256, 110),
  IQ4_NL: block(32, 18),
  IQ4_XS: block(256, 136),
  TQ1_0: block(256, 54),
  TQ2_0: block(256, 66),
  MXFP4: block(32, 17),
  NVFP4: block(64, 36),
} as const satisfies Record<string, BlockFormat>;

export type TensorType = keyof typeof TENSOR_TYPES;

/** Bytes of `elements` values whose rows are multiples of the type's block. */
export function tensorBytes(type: TensorType, elements: number): number {
  const format = TENSOR_TYPES[type];
  return (elements / format.elements) * format.bytes;
}

/**
 * Types a cache can have. Those with blocks of 32 are llama.cpp's; `fp8` and `nvfp4` exist in vLLM
 * (per-tensor scale; one FP8 scale per 16 elements).
 */
export const CACHE_TYPES = {
  f32: block(1, 4),
  f16: block(1, 2),
  bf16: block(1, 2),
  q8_0: block(32, 34),
  q5_1: block(32, 24),
  q5_0: block(32, 22),
  q4_1: block(32, 20),
  q4_0: block(32, 18),
  iq4_nl: block(32, 18),
  fp8: block(1, 1),
  nvfp4: block(16, 9),
} as const satisfies Record<string, BlockFormat>;

export type CacheType = keyof typeof CACHE_TYPES;

/** Looks a cache type up by name; throws `UNKNOWN_FORMAT` naming the field. */
export function cacheFormat(field: string, name: string): BlockFormat {
  const format = (CACHE_TYPES as Record<string, BlockFormat>)[name];
  if (format === undefined) {
    const known = Object.keys(CACHE_TYPES).join(", ");
    throw new EstimatorError("UNKNOWN_FORMAT", field, `${field} "${name}" is not one of ${known}`);
  }
  return format;
}
