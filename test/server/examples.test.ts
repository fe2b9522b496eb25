/** Each example operation that GraphiQL shows is answered by the catalog without an error. */
import { getOperationAST, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { schema } from "../../src/schema/index.ts";
import { type Example, readExamples } from "../../src/server/graphiql/examples.ts";
import { ask, subscribe } from "./ask.ts";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const examples = await readExamples();

const kindOf = ({ query }: Example) => getOperationAST(parse(query))?.operation;
const named = (kind: string) =>
  examples.filter((example) => kindOf(example) === kind).map((one) => [one.name, one] as const);

test("there is an example for each question the catalog answers", () => {
  expect(examples.map(({ name }) => name)).toEqual([
    "1-model-page",
    "2-what-fits-24-gb",
    "3-calculator",
    "4-compare",
    "5-live-feed",
  ]);
});

test.each(examples.map((one) => [one.name, one] as const))(
  "%s begins with a comment",
  (_, { query }) => {
    expect(query).toMatch(/^# /);
    expect(validate(schema, parse(query))).toEqual([]);
  },
);

test.each(named("query"))("%s is answered in full", async (_name, { query }) => {
  const { status, body } = await ask(server.url, query);
  expect(body.errors).toBeUndefined();
  expect(status).toBe(200);
  for (const [field, value] of Object.entries(body.data ?? {})) expect(value, field).not.toBeNull();
});

test.each(named("subscription"))("%s replays and goes on", async (_name, { query }) => {
  const { parts, leave } = await subscribe(server.url, query);
  const first = await parts.next();
  expect(first.value?.data?.errors).toBeUndefined();
  expect(first.value?.data?.data?.catalogUpdated).toMatchObject({ number: 1 });
  leave();
});
