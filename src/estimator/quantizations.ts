/**
 * The weight formats a user can ask for: llama.cpp's file types. `nominalBytesPerWeight` is the round
 * figure that calculator pages use; `bitsPerWeight` is what a Llama 3.1 8B file really has, by its
 * own tensor list, and serves only where no tensor list exists. `perplexityIncrease` is llama.cpp's
 * published increase over F16 on Llama-3-8B (`llama-quantize --help`); null where none is published.
 */
import { EstimatorError } from "./errors.ts";
import type { TensorType } from "./formats.ts";

export interface Quantization {
  /** Type that most matrices get. */
  baseType: TensorType;
  /** Bytes per weight of the nominal method: bits of the name divided by eight. */
  nominalBytesPerWeight: number;
  /** Effective bits per weight of a whole Llama 3.1 8B file. */
  bitsPerWeight: number;
  /** Perplexity above F16, Llama-3-8B on wikitext; smaller is better. */
  perplexityIncrease: number | null;
  /** Made with an importance matrix in practice; without one llama.cpp refuses or warns. */
  needsImatrix: boolean;
}

const quantization = (
  baseType: TensorType,
  nominalBits: number,
  bitsPerWeight: number,
  perplexityIncrease: number | null = null,
  needsImatrix = false,
): Quantization => ({
  baseType,
  nominalBytesPerWeight: nominalBits / 8,
  bitsPerWeight,
  perplexityIncrease,
  needsImatrix,
});

export const QUANTIZATIONS = {
  F32: quantization("F32", 32, 32, 0),
  BF16: quantization("BF16", 16, 16.001),
  F16: quantization("F16", 16, 16.001, 0),
  Q8_0: quantization("Q8_0", 8, 8.501, 0.0026),
  Q6_K: quantization("Q6_K", 6, 6.563, 0.0217),
  Q5_K_M: quantization("Q5_K", 5, 5.704, 0.0569),
  Q5_K_S: quantization("Q5_K", 5, 5.57, 0.1049),
  Q5_1: quantization("Q5_1", 5, 6.038, 0.1062),
  Q5_0: quantization("Q5_0", 5, 5.585, 0.1316),
  Q4_K_M: quantization("Q4_K", 4, 4.894, 0.1754),
  Q4_K_S: quantization("Q4_K", 4, 4.667, 0.2689),
  Q4_1: quantization("Q4_1", 4, 5.103, 0.4511),
  Q4_0: quantization("Q4_0", 4, 4.65, 0.4685),
  IQ4_NL: quantization("IQ4_NL", 4, 4.653),
  IQ4_XS: quantization("IQ4_XS", 4, 4.423),
  MXFP4_MOE: quantization("MXFP4", 4, 4.474),
  MXFP4_BF16: quantization("MXFP4", 4, 4.55),
  Q3_K_L: quantization("Q3_K", 3, 4.298, 0.5562),
  Q3_K_M: quantization("Q3_K", 3, 3.996, 0.6569),
  Q3_K_S: quantization("Q3_K", 3, 3.643, 1.6321),
  IQ3_M: quantization("IQ3_S", 3, 3.763),
  IQ3_S: quantization("IQ3_S", 3, 3.661),
  IQ3_XS: quantization("IQ3_S", 3, 3.498),
  IQ3_XXS: quantization("IQ3_XXS", 3, 3.255, null, true),
  Q2_K: quantization("Q2_K", 2, 3.159, 3.5199),
  Q2_K_S: quantization("Q2_K", 2, 2.97, 3.1836),
  IQ2_M: quantization("IQ2_S", 2, 2.929, null, true),
  IQ2_S: quantization("IQ2_XS", 2, 2.74, null, true),
  IQ2_XS: quantization("IQ2_XS", 2, 2.588, null, true),
  IQ2_XXS: quantization("IQ2_XXS", 2, 2.382, null, true),
  TQ2_0: quantization("TQ2_0", 2, 2.517),
  TQ1_0: quantization("TQ1_0", 2, 2.191),
  IQ1_M: quantization("IQ1_M", 1, 2.146, null, true),
  IQ1_S: quantization("IQ1_S", 1, 2.004, null, true),
} as const satisfies Record<string, Quantization>;

export type QuantizationName = keyof typeof QUANTIZATIONS;

export const QUANTIZATION_NAMES = Object.keys(QUANTIZATIONS) as QuantizationName[];

/** True when `name` is in the table above. */
export function isQuantization(name: string): name is QuantizationName {
  return Object.hasOwn(QUANTIZATIONS, name);
}

/** Looks a quantization up; throws `UNKNOWN_FORMAT` naming the field. */
export function quantizationOf(field: string, name: string): Quantization {
  if (isQuantization(name)) return QUANTIZATIONS[name];
  throw new EstimatorError(
    "UNKNOWN_FORMAT",
    field,
    `${field} "${name}" is not one of ${QUANTIZATION_NAMES.join(", ")}`,
  );
}
