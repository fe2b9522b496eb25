/** The table of limits in docs/operations.md: every value is that of the code, every test exists. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

const section = read("docs/operations.md").split("## Limits")[1]!.split("\n## ")[0]!;
const rows = section
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| limit"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, limit, value, beyond, , test, constant]) => {
    const [file, name] = [...constant!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
    const number = Number(/^[\d,]+/.exec(value!)?.[0].replaceAll(",", ""));
    return { limit: limit!, number, beyond: beyond!, test: test!.replaceAll("`", ""), file, name };
  });

/** The number written as `NAME = 1_000`, `name: 32 * 1024`, `name ?? 1` or by a `.default(10)`. */
function writtenValue(file: string, name: string): number | null {
  const product = "([\\d_]+(?:\\s*\\*\\s*[\\d_]+)*)";
  const ways = [
    `[^;\\n]{0,60}?(?:=|:|\\?\\?)\\s*${product}`,
    `[^;]{0,300}?\\.default\\(${product}`,
  ];
  for (const way of ways) {
    const written = new RegExp(`\\b${name}\\b${way}`).exec(read(file))?.[1];
    if (!written) continue;
    const factors = written.split("*").map((factor) => Number(factor.replaceAll("_", "").trim()));
    return factors.reduce((left, right) => left * right, 1);
  }
  return null;
}

describe("the table of limits", () => {
  it("has a row for each kind of limit", () => {
    expect(rows.length).toBeGreaterThanOrEqual(15);
  });

  it.each(rows)("says of $limit what the code says", ({ number, file, name, beyond, test }) => {
    expect(writtenValue(file!, name!)).toBe(number);
    expect(beyond).not.toBe("");
    expect(existsSync(join(root, test))).toBe(true);
  });
});
