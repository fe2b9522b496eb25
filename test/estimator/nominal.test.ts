/** The calculators' rule of thumb, to the digits that they print, and the names of hardware sizes. */
import { describe, expect, it } from "vitest";
import {
  GIB,
  hardwareTier,
  memoryClassGiB,
  nominalEstimate,
  toGiB,
} from "../../src/estimator/index.ts";

describe("the nominal method for 671.0e9 parameters, 61 layers, 8 heads of 128, 10% overhead", () => {
  it.each([
    ["Q4_K_M", 1024, "347.1"],
    ["Q4_K_M", 65_536, "362.1"],
    ["Q8_0", 1024, "693.9"],
    ["Q8_0", 65_536, "708.9"],
    ["F16", 1024, "1387.6"],
    ["F16", 65_536, "1402.6"],
  ])("%s at %i tokens is %s GiB", (quant, contextTokens, gib) => {
    const shape = { parameters: 671.0e9, layers: 61, kvHeads: 8, headDim: 128 };
    const { totalBytes } = nominalEstimate({
      ...shape,
      quant,
      contextTokens,
      overheadFraction: 0.1,
    });
    expect(toGiB(totalBytes).toFixed(1)).toBe(gib);
  });
});

it("a tier is named after the card that holds it, in GiB", () => {
  expect(hardwareTier(24 * GIB)).toBe("CONSUMER_24GB");
  expect(hardwareTier(24 * GIB + 1)).toBe("DATACENTER_80GB");
  expect(hardwareTier(81 * GIB)).toBe("CLUSTER");
  expect(memoryClassGiB(30 * GIB)).toBe(32);
  expect(memoryClassGiB(1e15)).toBeNull();
});
