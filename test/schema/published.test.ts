/**
 * GraphQL Inspector between the schema as it was last released and the one that the code makes: what
 * would break a client of the release is refused here, whoever changes it.
 */
import { readFile } from "node:fs/promises";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema, type GraphQLSchema, printSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { schema } from "../../src/schema/index.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const published = buildSchema(await read("test/fixtures/schema/published.graphql"));
// Through its SDL, as clients see it.
const current = buildSchema(printSchema(schema));

async function breaking(from: GraphQLSchema, to: GraphQLSchema): Promise<string[]> {
  const changes = await diff(from, to);
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => message);
}

it("breaks nothing that was published", async () => {
  expect(await breaking(published, current)).toEqual([]);
});

it("is the SDL that is committed, to the last description", async () => {
  expect(await diff(buildSchema(await read("schema.graphql")), current)).toEqual([]);
});

describe("a change that breaks clients is seen:", () => {
  const sdl = printSchema(published);
  it.each([
    ["a field that goes", /^ {2}contextLength: BigInt$/m, ""],
    ["a field that may be null from now on", /^ {2}totalCount: Int!$/m, "  totalCount: Int"],
    ["another type of a field", /^ {2}bytes: BigInt!$/m, "  bytes: String!"],
    ["an enum value that goes", /^ {2}MQA$/m, ""],
    ["an argument that has to be given from now on", /first: Int, last/, "first: Int!, last"],
    ["an argument that goes", /, huggingFaceId: String\)/, ")"],
  ])("%s", async (_what, from, to) => {
    const changed = sdl.replace(from, to);
    expect(changed).not.toBe(sdl);
    const found = await breaking(published, buildSchema(changed));
    expect(found.length).toBeGreaterThan(0);
  });
});

it("says with every deprecated element what to use in its place", () => {
  const reasons = [...printSchema(schema).matchAll(/@deprecated(?:\(reason: "([^"]*)"\))?/g)];
  for (const [, reason] of reasons) expect(reason).toMatch(/`\w+/);
});
