/** One scored case: what was measured, what the estimator says, and how far off that is. */
import { messageOf } from "../../src/errors.ts";

export interface Case {
  id: string;
  quantity: string;
  expected: number | null;
  got: number | null;
  /** `(got - expected) / expected`; null without an answer. */
  relativeError: number | null;
  /** Why there is no answer. */
  reason?: string;
  /** The interval, for quantities that have one. */
  low?: number;
  high?: number;
}

/** Compares an answer with a measurement; an exception becomes the case's reason. */
export function score(
  id: string,
  quantity: string,
  expected: unknown,
  answer: () => { got: number; low?: number; high?: number },
): Case {
  const measured = typeof expected === "number" ? expected : null;
  try {
    const { got, ...interval } = answer();
    const relativeError =
      measured === null || measured === 0
        ? measured === got
          ? 0
          : null
        : (got - measured) / measured;
    return { id, quantity, expected: measured, got, relativeError, ...interval };
  } catch (error) {
    const reason = messageOf(error);
    return { id, quantity, expected: measured, got: null, relativeError: null, reason };
  }
}
