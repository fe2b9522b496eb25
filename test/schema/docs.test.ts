/**
 * The worked examples of docs/api.md: each runs, each answer is what the API says, and the SQL
 * statements that each takes are counted.
 */
import { readFile } from "node:fs/promises";
import { parse, validate } from "graphql";
import { expect, it } from "vitest";
import { schema } from "../../src/schema/index.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const page = await readFile(new URL("../../docs/api.md", import.meta.url), "utf8");

/** An example is a block of GraphQL; the block of JSON after it is its answer. */
const EXAMPLE = /```graphql\n(.*?)```\n(?:\n```json\n.*?```\n)?/gs;

it("every answer in docs/api.md is what the API says", async () => {
  let written = page;
  const statements: Record<string, number> = {};
  for (const [block, query] of page.matchAll(EXAMPLE)) {
    expect(validate(schema, parse(query!))).toEqual([]);
    if (!block.includes("```json")) continue;
    const answer = print(await catalog.ask(query!));
    statements[nameOf(query!, statements)] = catalog.statements.length;
    written = written.replace(
      block,
      () => `\`\`\`graphql\n${query}\`\`\`\n\n\`\`\`json\n${answer}\n\`\`\`\n`,
    );
  }
  expect(Object.keys(statements).length).toBeGreaterThan(10);
  for (const [name, count] of Object.entries(statements)) {
    expect(count, name).toBeLessThanOrEqual(4);
  }
  await expect(written).toMatchFileSnapshot("../../docs/api.md");
  const counts = `${JSON.stringify(statements, null, 2)}\n`;
  await expect(counts).toMatchFileSnapshot("../queries/statements.json");
});

/** The fields that an example is about, told apart by a number where several are about the same. */
function nameOf(query: string, taken: Record<string, number>): string {
  const [definition] = parse(query).definitions;
  const fields = definition && "selectionSet" in definition ? definition.selectionSet : undefined;
  const name = (fields?.selections ?? []).map((field) => "name" in field && field.name?.value);
  const same = Object.keys(taken).filter((key) => key.startsWith(`${name.join(" + ")} `)).length;
  return `${name.join(" + ")} ${same + 1}`;
}

const WIDTH = 90;

/** JSON with every value on one line where it fits there. */
function print(value: unknown, indent = ""): string {
  const line = JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  if (typeof value !== "object" || value === null || indent.length + line.length <= WIDTH) {
    return line;
  }
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = Object.entries(value).map(
    ([key, item]) => `${inner}${isList ? "" : `${JSON.stringify(key)}: `}${print(item, inner)}`,
  );
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}
