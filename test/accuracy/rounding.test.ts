/** How the accuracy report reads published sizes: as every number of bytes that a text can mean. */
import { expect, test } from "vitest";
import { distance } from "../../scripts/accuracy/file-sizes.ts";
import { canonicalQuant, roundedSize } from "../../scripts/accuracy/published.ts";

test("a text with one decimal means half a decimal to either side", () => {
  expect(roundedSize("4.9GB")).toEqual([4.85e9, 4.95e9]);
});

test("a text without decimals means half a unit to either side", () => {
  expect(roundedSize("43GB")).toEqual([42.5e9, 43.5e9]);
  expect(roundedSize("815MB")).toEqual([814.5e6, 815.5e6]);
});

test("binary units are not decimal ones", () => {
  expect(roundedSize("2GiB")).toEqual([1.5 * 2 ** 30, 2.5 * 2 ** 30]);
});

test("a text that is no size means nothing", () => {
  expect(roundedSize("-")).toBeNull();
  expect(roundedSize("12 parsecs")).toBeNull();
});

test("an estimate has no error inside the interval and a signed one outside", () => {
  const published = { low: 100, high: 200 };
  expect(distance(150, published)).toBe(0);
  expect(distance(50, published)).toBe(-0.5);
  expect(distance(300, published)).toBe(0.5);
});

test("the same mixture under another name is recognised", () => {
  expect(["q4_K_M", "fp16", "MXFP4"].map(canonicalQuant)).toEqual(["Q4_K_M", "F16", "MXFP4_MOE"]);
});
