/** What must hold for any architecture and any settings, found by random search. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compile,
  EstimatorError,
  evaluate,
  largestQuantization,
  longestContext,
  type MemoryEstimate,
} from "../../src/estimator/index.ts";
import { anyArchitecture, anySettings } from "./arbitrary.ts";

const RUNS = { numRuns: 60 };

function numbers(estimate: MemoryEstimate): number[] {
  return Object.values(estimate).filter((value) => typeof value === "number");
}

describe("evaluate", () => {
  it("answers whole, finite, non-negative bytes, and the total is inside its interval", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, (architecture, settings) => {
        const estimate = evaluate(compile(architecture), settings);
        for (const value of numbers(estimate)) {
          expect(Number.isSafeInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(0);
        }
        expect(estimate.totalBytes).toBeGreaterThanOrEqual(estimate.lowBytes);
        expect(estimate.totalBytes).toBeLessThanOrEqual(estimate.highBytes);
      }),
      RUNS,
    );
  });

  it("survives storage: a profile read back from JSON gives the same answer", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, (architecture, settings) => {
        const profile = compile(architecture);
        const stored = JSON.parse(JSON.stringify(profile));
        expect(evaluate(stored, settings)).toEqual(evaluate(profile, settings));
      }),
      RUNS,
    );
  });

  it("never shrinks when the context grows", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, fc.nat(100_000), (architecture, settings, more) => {
        const profile = compile(architecture);
        const longer = { ...settings, contextTokens: settings.contextTokens + more };
        expect(evaluate(profile, longer).totalBytes).toBeGreaterThanOrEqual(
          evaluate(profile, settings).totalBytes,
        );
      }),
      RUNS,
    );
  });

  it("is the same for a group and for its layers one by one", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, (architecture, settings) => {
        const single = architecture.layers.flatMap((group) =>
          Array.from({ length: group.count }, () => ({ ...group, count: 1 })),
        );
        const split = compile({ ...architecture, layers: single });
        expect(evaluate(split, settings)).toEqual(evaluate(compile(architecture), settings));
      }),
      RUNS,
    );
  });
});

describe("solvers", () => {
  const budget = fc.integer({ min: 2 ** 29, max: 2 ** 36 });

  it("the longest context fits and the next one does not", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, budget, (architecture, settings, bytes) => {
        const profile = compile(architecture);
        const { value, limitedBy } = longestContext(profile, settings, bytes);
        const total = (contextTokens: number) =>
          evaluate(profile, { ...settings, contextTokens }).totalBytes;
        if (value > 0) expect(total(value)).toBeLessThanOrEqual(bytes);
        if (limitedBy === "MEMORY") expect(total(value + 1)).toBeGreaterThan(bytes);
      }),
      RUNS,
    );
  });

  it("no quantization larger than the chosen one fits", () => {
    fc.assert(
      fc.property(anyArchitecture, anySettings, budget, (architecture, settings, bytes) => {
        const profile = compile(architecture);
        const llama = { ...settings, engine: "llama.cpp" as const };
        const chosen = largestQuantization(profile, llama, bytes);
        for (const quant of ["Q8_0", "Q6_K", "Q4_K_M", "Q2_K"]) {
          const other = evaluate(profile, { ...llama, quant });
          if (other.totalBytes > bytes) continue;
          expect(chosen).not.toBeNull();
          expect(chosen!.estimate.weightsBytes).toBeGreaterThanOrEqual(other.weightsBytes);
        }
      }),
      RUNS,
    );
  });

  it("refuses a budget that is no size", () => {
    const profile = compile(fc.sample(anyArchitecture, 1)[0]!);
    expect(() => longestContext(profile, { quant: "Q4_K_M" }, -5)).toThrow(EstimatorError);
  });
});
