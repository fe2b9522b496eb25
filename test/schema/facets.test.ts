/** Facets: each value's count is what choosing it in the filter lists. */
import { expect, it } from "vitest";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

interface Facet {
  facet: string;
  values: { value: string; label: string; count: number }[];
}

/** The condition of the filter that each facet stands for. */
const CONDITIONS: Record<string, (value: string) => object> = {
  FAMILY: (value) => ({ families: [value] }),
  ORGANIZATION: (value) => ({ organizations: [value] }),
  LICENSE: (value) => ({ licenses: [value] }),
  OPENNESS: (value) => ({ openness: [value] }),
  ARCHITECTURE: (value) => ({ architecture: value }),
  ATTENTION: (value) => ({ attention: [value] }),
  VARIANT: (value) => ({ variants: [value] }),
  INPUT_MODALITY: (value) => ({ inputModalities: [value] }),
  OUTPUT_MODALITY: (value) => ({ outputModalities: [value] }),
  USE_CASE: (value) => ({ useCases: [value] }),
  LANGUAGE: (value) => ({ languages: [value] }),
  TAG: (value) => ({ tags: [value] }),
};

const FACETS = `query ($filter: ModelFilter, $by: [ModelFacet!], $first: Int! = 3) {
  facets(filter: $filter, by: $by, first: $first) { facet values { value label count } }
}`;
const COUNT = "query ($filter: ModelFilter) { models(filter: $filter) { totalCount } }";

async function count(filter: object): Promise<number> {
  return (await catalog.ask(COUNT, { filter })).models.totalCount;
}

it("counts what each value would list, for every facet", async () => {
  const { facets } = await catalog.ask(FACETS);
  // One that asks how many models there are to count, and one that counts.
  expect(catalog.statements.length).toBe(2);
  expect(facets.map(({ facet }: Facet) => facet)).toEqual(Object.keys(CONDITIONS));
  for (const { facet, values } of facets as Facet[]) {
    const counts = values.map((one) => one.count);
    expect(counts, facet).toEqual([...counts].sort((a, b) => b - a));
    for (const one of values) {
      expect(await count(CONDITIONS[facet]!(one.value)), `${facet} ${one.value}`).toBe(one.count);
    }
  }
});

it("keeps the alternatives of a facet whose value is chosen, and narrows the others", async () => {
  const filter = { families: ["deepseek-v3"], architecture: "MOE" };
  const { facets } = await catalog.ask(FACETS, {
    filter,
    by: ["FAMILY", "ATTENTION"],
    first: 20,
  });
  const [family, attention] = facets as Facet[];
  expect(family!.values.length).toBeGreaterThan(1);
  expect(family!.values.find(({ value }) => value === "deepseek-v3")?.label).toBe("DeepSeek V3");
  expect(attention!.values).toEqual([
    { value: "MLA", label: "MLA (Multi-head Latent Attention)", count: await count(filter) },
  ]);
});

it("counts under what fits", async () => {
  const filter = { fits: { memoryGib: 24, quant: "Q4_K_M", ctx: 8192 } };
  const { facets } = await catalog.ask(FACETS, { filter, by: ["ARCHITECTURE"] });
  const sum = facets[0].values.reduce((all: number, one: { count: number }) => all + one.count, 0);
  expect(sum).toBe(await count(filter));
  expect(sum).toBeLessThan(14);
});

it.each([[[]], [["FAMILY", "FAMILY"]]])("refuses the facets %j", async (by) => {
  const { errors } = await catalog.answer(FACETS, { by });
  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "by" });
});
