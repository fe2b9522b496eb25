/** Which fields read their row without asking the Drizzle plugin: those whose columns are all there. */
import { type GraphQLFieldConfig, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { expect, it, vi } from "vitest";
import { keepPlans } from "../../src/schema/plan/index.ts";

const asked = vi.fn(() => "asked the plugin");

/** A field as the plugin leaves it: what it selects, and its own resolver behind the plugin's. */
function field(select: unknown, resolve: (row: object) => unknown) {
  const extensions = { pothosDrizzleSelect: select, pothosOptions: { resolve } };
  return { type: GraphQLString, resolve: asked, extensions } as GraphQLFieldConfig<
    unknown,
    unknown
  >;
}

/** Resolves a field of a type that has these. */
function resolve(fields: Record<string, GraphQLFieldConfig<unknown, unknown>>) {
  const type = new GraphQLObjectType({ name: "Query", fields });
  keepPlans(new GraphQLSchema({ query: type }));
  return (name: string, row: object, args: object = {}) =>
    type.getFields()[name]!.resolve!(row, args, {}, null as never);
}

it("reads the columns that it needs where the row has them, also where one is null", () => {
  const select = { columns: { layers: true, heads: true } };
  const read = resolve({ shape: field(select, (row) => JSON.stringify(row)) });
  expect(read("shape", { layers: 61, heads: null })).toBe('{"layers":61,"heads":null}');
  expect(read("shape", { layers: 61 })).toBe("asked the plugin");
});

it("reads computed columns for the arguments that it is asked with", () => {
  const terms = () => "terms";
  const select = ({ quant }: { quant: string }) => ({ extras: { [`terms_${quant}`]: terms } });
  const read = resolve({ vram: field(select, () => "from the row") });
  const row = { terms_Q8_0: "{1}" };
  expect(read("vram", row, { quant: "Q8_0", ctx: 1024 })).toBe("from the row");
  expect(read("vram", row, { quant: "Q8_0", ctx: 4096 })).toBe("from the row");
  expect(read("vram", row, { quant: "F16", ctx: 1024 })).toBe("asked the plugin");
});

it("asks the plugin where a name stands for two things, in fields or in the calls of one", () => {
  const count = (of: string) => ({ extras: { count: () => of } });
  const read = resolve({
    models: field(count("models"), () => "models"),
    again: field(count("families"), () => "families"),
  });
  expect(read("models", { count: 1 })).toBe("asked the plugin");
  expect(read("again", { count: 1 })).toBe("asked the plugin");

  const select = ({ as }: { as: string }) => ({ extras: { value: () => as } });
  const computed = resolve({ value: field(select, () => "from the row") });
  expect(computed("value", { value: 1 }, { as: "a" })).toBe("from the row");
  expect(computed("value", { value: 1 }, { as: "b" })).toBe("asked the plugin");
  expect(computed("value", { value: 1 }, { as: "a" })).toBe("asked the plugin");
});

it("asks the plugin where other tables are read, and where the arguments are refused", () => {
  const nested = (_args: object, _context: object, below: () => object) => ({
    with: { family: below() },
  });
  const refused = () => {
    throw new Error("first must be 0 to 100");
  };
  const read = resolve({
    family: field({ columns: {}, with: { family: true } }, () => "a family"),
    computed: field(nested, () => "a family"),
    refused: field(refused, () => "a row"),
  });
  for (const name of ["family", "computed", "refused"]) {
    expect(read(name, { family: {} })).toBe("asked the plugin");
  }
});
