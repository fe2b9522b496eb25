/** Looking things up by id and by name: what exists is found, what does not is null, not an error. */
import { expect, it } from "vitest";
import { modelAliases } from "../../src/db/tables.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

it("finds a model by slug and, in any case, by its Hugging Face id", async () => {
  const { bySlug, byId } = await catalog.ask(`{
    bySlug: model(slug: "deepseek-v3") { id name }
    byId: model(huggingFaceId: "DEEPSEEK-AI/deepseek-v3") { id name }
  }`);
  expect(bySlug).toEqual({ id: "Model:deepseek-v3", name: "DeepSeek V3" });
  expect(byId).toEqual(bySlug);
});

it("finds a model by a former slug and a former Hugging Face id", async () => {
  const aliases = ["old-deepseek", "deepseek-ai/old-deepseek"];
  const modelSlug = "deepseek-v3";
  await catalog.db.insert(modelAliases).values(aliases.map((alias) => ({ alias, modelSlug })));
  const { bySlug, byId } = await catalog.ask(`{
    bySlug: model(slug: "old-deepseek") { slug }
    byId: model(huggingFaceId: "deepseek-ai/Old-DeepSeek") { slug }
  }`);
  expect([bySlug, byId]).toEqual([{ slug: modelSlug }, { slug: modelSlug }]);
});

it("refuses a model asked for by both names or by neither", async () => {
  for (const args of ["", '(slug: "a", huggingFaceId: "b/c")']) {
    const { errors } = await catalog.answer(`{ model${args} { id } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "slug" });
  }
});

it("fetches every kind of node again by the id it gave", async () => {
  const { models, organizations, families, devices, sources } = await catalog.ask(`{
    models(first: 1) { nodes { id } }
    organizations(first: 1) { nodes { id } }
    families(first: 1) { nodes { id } }
    devices(first: 1) { nodes { id } }
    sources { id }
  }`);
  const ids = [models, organizations, families, devices]
    .map((list) => list.nodes[0].id)
    .concat(sources[0].id);
  const { nodes } = await catalog.ask(
    `query ($ids: [ID!]!) {
      nodes(ids: $ids) {
        id
        __typename
        ... on Model { name family { slug } }
        ... on Organization { name modelCount }
        ... on Family { name models(first: 1) { nodes { id } } }
        ... on Device { name }
        ... on Source { title }
      }
    }`,
    { ids },
  );
  expect(nodes.map((node: { id: string }) => node.id)).toEqual(ids);
  expect(nodes.map((node: { __typename: string }) => node.__typename)).toEqual([
    "Model",
    "Organization",
    "Family",
    "Device",
    "Source",
  ]);
  for (const node of nodes) expect(node.name ?? node.title).toMatch(/\w/);
  // One statement per table.
  expect(catalog.statements.length).toBe(4);
});

it("answers null for ids that name nothing, are malformed or come from elsewhere", async () => {
  const strange = [
    "Model:no-such",
    "Model:",
    "Model",
    "",
    ":",
    "Nothing:a",
    "__proto__:a",
    "TW9kZWw6ZGVlcHNlZWstdjM=",
    "Model:a'; drop table models",
    "Model:\u0000",
    "CatalogEvent:1",
  ];
  const { nodes } = await catalog.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
    ids: [...strange, "Model:deepseek-v3"],
  });
  expect(nodes).toEqual([...strange.map(() => null), { id: "Model:deepseek-v3" }]);
  for (const id of strange) {
    expect(await catalog.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).toEqual({
      node: null,
    });
  }
});

it("answers null for names that are not in the catalog", async () => {
  const answer = await catalog.ask(`{
    model(slug: "no-such") { id }
    family(slug: "no-such") { id }
    organization(slug: "no-such") { id }
    device(slug: "no-such") { id }
    estimateVram(input: { source: { model: "no-such" }, quant: F16, ctx: 1 }) { total { gib } }
  }`);
  expect(Object.values(answer)).toEqual([null, null, null, null, null]);
});

it("counts the models of a family and an organization in the statement that reads them", async () => {
  const { families } = await catalog.ask(`{
    families(first: 100) {
      nodes { slug modelCount models(first: 1) { totalCount nodes { id family { slug } } } }
    }
  }`);
  expect(catalog.statements.length).toBe(1);
  const deepseek = families.nodes.find(({ slug }: { slug: string }) => slug === "deepseek-v3");
  expect(deepseek).toMatchObject({ modelCount: 2, models: { totalCount: 2 } });
  expect(deepseek.models.nodes.length).toBe(1);
});
