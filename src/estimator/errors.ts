/**
 * The one error class of the estimator. It names the field that is wrong, so a caller can point at
 * it, and a stable code, so a program can match on it. The room throws nothing else on purpose.
 */
export type EstimatorErrorCode =
  | "OUT_OF_RANGE" // zero, negative, not a whole number, or beyond any real machine
  | "UNKNOWN_FORMAT" // a quantization, cache type or engine that is not in the tables
  | "IMPOSSIBLE_SETTINGS" // settings that the engine itself refuses
  | "UNFIT_CACHE_TYPE" // a cache type whose blocks do not divide the heads of this model
  | "NOT_AVAILABLE" // the model says too little for this quantity
  | "INVALID_ARCHITECTURE"; // an architecture that contradicts itself

export class EstimatorError extends Error {
  readonly code: EstimatorErrorCode;
  /** The setting or architecture field at fault, as written in the input. */
  readonly field: string;

  constructor(code: EstimatorErrorCode, field: string, message: string) {
    super(message);
    this.name = "EstimatorError";
    this.code = code;
    this.field = field;
  }
}

/** Largest number of tokens or sequences that is taken seriously; keeps all products exact. */
export const MAX_TOKENS = 2 ** 31;

/** Throws unless `value` is a whole number from 1 to `max`. */
export function requireCount(field: string, value: number, max = MAX_TOKENS): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new EstimatorError(
      "OUT_OF_RANGE",
      field,
      `${field} must be a whole number from 1 to ${max}, not ${value}`,
    );
  }
}
