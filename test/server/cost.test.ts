/** Every answer says what its question cost, in the figure that the limit is compared with. */
import { expect, test } from "vitest";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();

async function ask(query: string, variables?: object) {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const costOf = async (query: string, variables?: object) =>
  (await ask(query, variables)).extensions.cost.requested;

test("an answer says its cost and the limit", async () => {
  const { extensions } = await ask("{ models(first: 3) { nodes { slug } } }");
  expect(extensions.cost).toMatchObject({ limit: 10_000, depth: 3 });
  expect(extensions.cost.requested).toBeGreaterThan(3);
});

test("the cost grows with the page, also when its size is a variable", async () => {
  const query = "query ($first: Int) { models(first: $first) { nodes { slug name } } }";
  const [small, large] = [await costOf(query, { first: 1 }), await costOf(query, { first: 100 })];
  expect(large).toBeGreaterThan(50 * small);
});

test("only the operation that runs is counted, and the same again costs the same", async () => {
  const two = "query A { catalogVersion } query B { models(first: 100) { nodes { slug } } }";
  const alone = "{ catalogVersion }";
  const answer = async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: two, operationName: "A" }),
    });
    return (await response.json()).extensions.cost.requested;
  };
  expect(await answer()).toBe(await costOf(alone));
  expect(await answer()).toBe(await costOf(alone));
});

test("a refusal names the cost that an answer would have had", async () => {
  const { errors } = await ask(
    "{ models(first: 100) { nodes { siblings(first: 100) { slug name } } } }",
  );
  expect(errors[0].extensions).toMatchObject({ code: "COST_LIMIT_EXCEEDED" });
  expect(errors[0].extensions.cost).toBeGreaterThan(10_000);
});
