/** The room stays usable on its own: it imports nothing from outside itself, not even Node's modules. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const room = join(import.meta.dirname, "../../src/estimator");

it("no file of the estimator imports anything outside of it", () => {
  const outside: string[] = [];
  for (const name of readdirSync(room, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const file = join(room, name);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/from "([^"]+)"/g)) {
      const path = target!.startsWith(".") ? relative(room, join(dirname(file), target!)) : "..";
      if (path.startsWith("..")) outside.push(`${name}: ${target}`);
    }
  }
  expect(outside).toEqual([]);
});

it("no file of the estimator reads the clock, the environment or random numbers", () => {
  for (const name of readdirSync(room, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(room, name), "utf8");
    expect([name, /Date\.now|new Date|process\.|Math\.random/.test(text)]).toEqual([name, false]);
  }
});
