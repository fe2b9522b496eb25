/**
 * How many SQL statements the example operations take: written down for each, never above four, and no
 * more for a hundred rows than for one.
 */
import { readdir, readFile } from "node:fs/promises";
import { getOperationAST, parse } from "graphql";
import { expect, it } from "vitest";
import { BUNDLED, useCatalog } from "./catalog.ts";

const catalog = useCatalog(BUNDLED);
const FOLDER = new URL("../../examples/operations/", import.meta.url);

it("the example operations take the statements that are written down", async () => {
  const counts: Record<string, number> = {};
  for (const file of (await readdir(FOLDER)).sort()) {
    const query = await readFile(new URL(file, FOLDER), "utf8");
    if (getOperationAST(parse(query))?.operation !== "query") continue;
    await catalog.ask(query);
    counts[file] = catalog.statements.length;
    expect(catalog.statements.length, file).toBeLessThanOrEqual(4);
  }
  const text = `${JSON.stringify(counts, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../queries/example-statements.json");
});

const MODEL = `slug name headline { value } organization { name } family { name modelCount }
  vram(quant: Q4_K_M, ctx: 8192) { total { gib } } base { slug } artifacts { label }
  siblings(first: 2) { slug } derivatives(first: 2) { totalCount nodes { slug } }
  changes(first: 1) { nodes { message } } provenance(facts: ["license"]) { sourceId }`;
const FITS = "fits: { memoryGib: 24, quant: Q4_K_M, ctx: 8192 }";

it.each([
  ["models", `models(first: $first) { totalCount nodes { ${MODEL} } }`],
  [
    "models that fit",
    `models(first: $first, filter: { ${FITS} }, orderBy: { field: FITTING_CONTEXT }) { nodes { ${MODEL} } }`,
  ],
  ["a search", `search(text: "instruct", first: $first) { hits { model { ${MODEL} } } }`],
  ["families", "families(first: $first) { nodes { slug models(first: 2) { nodes { slug } } } }"],
  ["organizations", "organizations(first: $first) { nodes { families { slug } modelCount } }"],
  ["events", "events(first: $first) { nodes { message model { slug organization { name } } } }"],
  [
    "a device's models",
    `device(slug: "nvidia-geforce-rtx-4090-24gb") {
      models(quant: Q4_K_M, ctx: 8192, first: $first) { nodes { slug family { name } } }
    }`,
  ],
])("a list of %s takes as many for a long page as for a short one", async (_name, fields) => {
  const query = `query ($first: Int!) { ${fields} }`;
  await catalog.ask(query, { first: 1 });
  const short = catalog.statements.length;
  expect(short).toBeLessThanOrEqual(4);
  await catalog.ask(query, { first: 20 });
  expect(catalog.statements.length).toBe(short);
});
