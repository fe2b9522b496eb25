/** The worked examples of docs/api.md: each runs, and each answer is what the API says. */
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
  let examples = 0;
  for (const [block, query] of page.matchAll(EXAMPLE)) {
    examples++;
    expect(validate(schema, parse(query!))).toEqual([]);
    if (!block.includes("```json")) continue;
    const answer = print(await catalog.ask(query!));
    written = written.replace(
      block,
      () => `\`\`\`graphql\n${query}\`\`\`\n\n\`\`\`json\n${answer}\n\`\`\`\n`,
    );
  }
  expect(examples).toBeGreaterThan(6);
  await expect(written).toMatchFileSnapshot("../../docs/api.md");
});

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
