/** The cost of an operation is looked up where it cannot differ, and counted anew where it can. */
import { parse } from "graphql";
import { expect, test } from "vitest";
import { createCostMeter } from "../../src/schema/cost.ts";
import { schema } from "../../src/schema/index.ts";

const costOf = createCostMeter(schema);
const MODELS = parse(
  "query ($first: Int, $search: String) { models(first: $first, filter: { search: $search }) { nodes { slug } } }",
);
const TABLE = parse(
  'query ($quants: [QuantizationName!]!, $ctx: Int!) { model(slug: "a") { vramTable(quants: $quants, ctxs: [$ctx]) { cells { total { bytes } } } } }',
);

test("another page size is another cost, another search is not", () => {
  const short = costOf(MODELS, undefined, { first: 1, search: "qwen" })!;
  const long = costOf(MODELS, undefined, { first: 100, search: "qwen" })!;
  expect(long.complexity).toBeGreaterThan(50 * short.complexity);
  expect(costOf(MODELS, undefined, { first: 1, search: "llama" })).toBe(short);
});

test("a longer list is another cost, another number is not", () => {
  const one = costOf(TABLE, undefined, { quants: ["F16"], ctx: 1024 })!;
  const two = costOf(TABLE, undefined, { quants: ["F16", "Q8_0"], ctx: 1024 })!;
  expect(two.complexity).toBeGreaterThan(one.complexity);
  expect(costOf(TABLE, undefined, { quants: ["Q8_0"], ctx: 4096 })).toBe(one);
});

test("variables of the wrong kind have no cost, and a very long name is not kept", () => {
  expect(costOf(MODELS, undefined, { first: ["no", "number"] })).toBeNull();
  const strange = { first: 1, ["x".repeat(5_000)]: 1 };
  const cost = costOf(MODELS, undefined, strange);
  expect(costOf(MODELS, undefined, strange)).toEqual(cost);
  expect(costOf(MODELS, undefined, strange)).not.toBe(cost);
});
