/** How often a plan is made: once for each document, and for each value of what changes the plan. */
import { Plan } from "@pothos/selection-mapper";
import { execute, parse } from "graphql";
import { expect, it, vi } from "vitest";
import { schema } from "../../src/schema/index.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

/** Asks one document with each of the variables; says how many plans were made. */
async function plansMade(source: string, all: Record<string, unknown>[]): Promise<number> {
  const document = parse(source);
  const made = vi.spyOn(Plan.prototype, "settle");
  try {
    for (const variableValues of all) {
      const contextValue = catalog.context();
      const { errors } = await execute({ schema, document, variableValues, contextValue });
      expect(errors).toBeUndefined();
    }
    return made.mock.calls.length;
  } finally {
    made.mockRestore();
  }
}

const SLUGS = ["deepseek-v3", "gpt-oss-20b", "llama-3.1-8b", "gemma-3-27b-it"];

it("is once for all values of the root field's arguments", async () => {
  const page = "query ($slug: String!) { model(slug: $slug) { name siblings { slug } } }";
  expect(
    await plansMade(
      page,
      SLUGS.map((slug) => ({ slug })),
    ),
  ).toBe(1);
});

it("is once for arguments that no selection reads", async () => {
  const page =
    "query ($slug: String!, $ctx: Int!) { model(slug: $slug) { vram(quant: Q4_K_M, ctx: $ctx) { total { gib } } } }";
  const variables = SLUGS.map((slug, index) => ({ slug, ctx: 1024 + index }));
  expect(await plansMade(page, variables)).toBe(1);
});

it("is once for each value that a selection reads, and for each way of the directives", async () => {
  const page = `query ($first: Int!, $owner: Boolean!) { model(slug: "deepseek-v3") {
    siblings(first: $first) { slug } organization @include(if: $owner) { name } } }`;
  const variables = [1, 2, 1, 2].flatMap((first) => [
    { first, owner: true },
    { first, owner: false },
  ]);
  expect(await plansMade(page, variables)).toBe(4);
});
