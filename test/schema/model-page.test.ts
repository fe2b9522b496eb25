/** The model page: one request, few statements, and an answer that has been read line by line. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const query = await readFile(new URL("../queries/model-page.graphql", import.meta.url), "utf8");

it.each([
  "deepseek-v3",
  "llama-3.1-8b-instruct",
  "qwen3.5-35b-a3b",
  "gpt-oss-20b",
  "gemma-3-27b-it",
  "mamba-2.8b-hf",
])("answers the page of %s as reviewed", async (slug) => {
  const { model } = await catalog.ask(query, { slug });
  const page = `${JSON.stringify(model, null, 2)}\n`;
  await expect(page).toMatchFileSnapshot(`../queries/model-page.${slug}.json`);
});

it("takes one SQL statement for any model", async () => {
  const { models } = await catalog.ask("{ models(first: 100) { nodes { slug } } }");
  expect(models.nodes.length).toBe(14);
  for (const { slug } of models.nodes) {
    const { model } = await catalog.ask(query, { slug });
    expect(model.slug).toBe(slug);
    expect(catalog.statements.length, slug).toBe(1);
  }
});

it("shows a model without an architecture with its reason in place of figures", async () => {
  const { model } = await catalog.ask(query, { slug: "c4ai-command-r-plus" });
  expect(model.vramTable).toBeNull();
  expect(model.devices).toBeNull();
  expect(model.vramReason).toMatch(/\w+ \w+/);
});

it("is null for a slug that is not in the catalog", async () => {
  expect(await catalog.ask(query, { slug: "no-such-model" })).toEqual({ model: null });
});
