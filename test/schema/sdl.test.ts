/** The published SDL: the same as the code, described throughout, and named by one convention. */
import { readFile } from "node:fs/promises";
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, printSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { schema } from "../../src/schema/index.ts";

interface Element {
  path: string;
  name: string;
  kind: "type" | "field" | "argument" | "input" | "enumValue";
  description: string | null | undefined;
}

function* elements(): Generator<Element> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (
      type.name.startsWith("__") ||
      ["String", "Int", "Float", "Boolean", "ID"].includes(type.name)
    )
      continue;
    yield { path: type.name, name: type.name, kind: "type", description: type.description };
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const { name, description, args } of Object.values(type.getFields())) {
        yield { path: `${type.name}.${name}`, name, kind: "field", description };
        for (const arg of args) {
          const path = `${type.name}.${name}(${arg.name}:)`;
          yield { path, name: arg.name, kind: "argument", description: arg.description };
        }
      }
    }
    if (isInputObjectType(type)) {
      for (const { name, description } of Object.values(type.getFields()))
        yield { path: `${type.name}.${name}`, name, kind: "input", description };
    }
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues())
        yield { path: `${type.name}.${name}`, name, kind: "enumValue", description };
    }
  }
}

describe("schema.graphql", () => {
  it("is what the code says (npm run schema writes it)", async () => {
    const committed = await readFile(new URL("../../schema.graphql", import.meta.url), "utf8");
    expect(`${printSchema(schema)}\n`).toBe(committed);
  });

  it("describes every type, field, argument, input and enum value in a sentence", () => {
    const wordless = [...elements()].filter(
      ({ description }) => !/^\S.*[.:!]$/s.test(description ?? ""),
    );
    expect(wordless.map(({ path }) => path)).toEqual([]);
  });

  it("names types in PascalCase, fields and arguments in camelCase and values in capitals", () => {
    const shape = {
      type: /^[A-Z][A-Za-z0-9]*$/,
      field: /^(?!get[A-Z])[a-z][A-Za-z0-9]*$/,
      argument: /^[a-z][A-Za-z0-9]*$/,
      input: /^[a-z][A-Za-z0-9]*$/,
      enumValue: /^[A-Z][A-Z0-9_]*$/,
    };
    const misnamed = [...elements()].filter(({ kind, name }) => !shape[kind].test(name));
    expect(misnamed.map(({ path }) => path)).toEqual([]);
  });

  it("gives every connection nodes, edges, pageInfo and totalCount", () => {
    const connections = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && type.name.endsWith("Connection"),
    );
    expect(connections.length).toBeGreaterThan(3);
    for (const type of connections) {
      const fields = Object.keys(isObjectType(type) ? type.getFields() : {}).sort();
      expect(fields, type.name).toEqual([
        "edges",
        "nodes",
        "pageInfo",
        "totalCount",
        "totalCountIsEstimate",
      ]);
    }
  });
});
