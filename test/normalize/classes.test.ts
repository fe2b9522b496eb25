/** The class tables as a whole: no name stands for two classes, and every reference leads somewhere. */
import { describe, expect, it } from "vitest";
import { CLASSES, findClass } from "../../src/ingest/normalize/classes/index.ts";
import { WRAPPERS } from "../../src/ingest/normalize/classes/wrappers.ts";

describe("class tables", () => {
  it("give every model type to one class", () => {
    const names = CLASSES.flatMap((entry) => entry.names);
    const twice = names.filter((name, i) => names.indexOf(name) !== i);
    expect(twice).toEqual([]);
  });

  it("give every class name to one class", () => {
    const names = CLASSES.flatMap((entry) => entry.architectures);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    for (const entry of CLASSES) {
      for (const name of entry.architectures) {
        expect(findClass(name, null)?.names[0], name).toBe(entry.names[0]);
      }
    }
  });

  it("know the text class of every wrapper", () => {
    for (const [name, { text, textBy }] of Object.entries(WRAPPERS)) {
      for (const type of [text, ...Object.values(textBy?.values ?? {})]) {
        expect(findClass(null, type), `${name}: ${type}`).not.toBeNull();
      }
    }
  });
});
