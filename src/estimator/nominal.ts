/**
 * The nominal method: the rule of thumb that calculator sites print, kept for comparison. It charges
 * round bits per weight, two full-width cache rows for every layer and a flat percentage, so it is
 * wrong for every model whose layers differ, and low for most quantized files.
 */
import { EstimatorError, requireCount } from "./errors.ts";
import { quantizationOf } from "./quantizations.ts";

export interface NominalInput {
  parameters: number;
  layers: number;
  kvHeads: number;
  headDim: number;
  quant: string;
  contextTokens: number;
  /** Fraction added for "overhead"; 0.1 is what the sites use. */
  overheadFraction?: number;
}

export interface NominalEstimate {
  weightsBytes: number;
  kvCacheBytes: number;
  /** The method's own 1% for activations. */
  computeBytes: number;
  overheadBytes: number;
  totalBytes: number;
}

/** Activations, as a share of the weights, in the calculators' rule. */
const ACTIVATION_FRACTION = 0.01;
/** The rule always stores 16-bit keys and values. */
const CACHE_BYTES_PER_ELEMENT = 2;

/**
 * `parameters × bytesPerWeight × (1 + overhead + 0.01) + 2 × layers × kvHeads × headDim × 2 × tokens`,
 * in bytes. Throws `OUT_OF_RANGE` for anything that is not a positive count.
 */
export function nominalEstimate(input: NominalInput): NominalEstimate {
  requireCount("parameters", Math.round(input.parameters), 1e15);
  requireCount("layers", input.layers, 1e5);
  requireCount("kvHeads", input.kvHeads, 1e6);
  requireCount("headDim", input.headDim, 1e6);
  requireCount("contextTokens", input.contextTokens);
  const overhead = input.overheadFraction ?? 0.1;
  if (!(overhead >= 0 && overhead <= 10)) {
    throw new EstimatorError(
      "OUT_OF_RANGE",
      "overheadFraction",
      `overheadFraction must be from 0 to 10, not ${overhead}`,
    );
  }
  const { nominalBytesPerWeight } = quantizationOf("quant", input.quant);
  const weightsBytes = Math.round(input.parameters * nominalBytesPerWeight);
  const kvCacheBytes =
    2 *
    input.layers *
    input.kvHeads *
    input.headDim *
    CACHE_BYTES_PER_ELEMENT *
    input.contextTokens;
  const computeBytes = Math.round(weightsBytes * ACTIVATION_FRACTION);
  const overheadBytes = Math.round(weightsBytes * overhead);
  const totalBytes = weightsBytes + kvCacheBytes + computeBytes + overheadBytes;
  return { weightsBytes, kvCacheBytes, computeBytes, overheadBytes, totalBytes };
}
