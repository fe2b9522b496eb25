/**
 * GraphQL Code Generator over the published SDL and the example operations, with scalars that have to
 * be named. Its output is committed and used by the example client, so a breaking change shows twice:
 * in a difference here, and in the types of the client.
 */
import { readdir, readFile } from "node:fs/promises";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse } from "graphql";
import { expect, it } from "vitest";

const OPERATIONS = new URL("../../examples/operations/", import.meta.url);
const HEAD = `// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/**
 * Types of the example operations, made from schema.graphql by GraphQL Code Generator.
 * \`npx vitest run test/schema/codegen.test.ts -u\` writes it anew.
 */
`;

/** As the scalars travel: a \`BigInt\` is a JSON number that never passes 2^53 - 1. */
const scalars = { BigInt: "number", Date: "string", DateTime: "string", JSON: "unknown" };

it("generates the types that the example client is written against", async () => {
  const sdl = await readFile(new URL("../../schema.graphql", import.meta.url), "utf8");
  const names = (await readdir(OPERATIONS)).sort();
  const documents = await Promise.all(
    names.map(async (location) => {
      const text = await readFile(new URL(location, OPERATIONS), "utf8");
      return { location, document: parse(text) };
    }),
  );
  const generated = await codegen({
    filename: "operations.ts",
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents,
    config: {
      scalars,
      strictScalars: true,
      enumsAsTypes: true,
      useTypeImports: true,
      onlyOperationTypes: true,
      skipTypename: true,
      avoidOptionals: { field: true },
    },
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  await expect(HEAD + generated).toMatchFileSnapshot("../../examples/client/operations.ts");
});
