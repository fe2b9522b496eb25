/** The memory of long keys gives back an equal string or the one it was given, and never another. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { KnownKeys } from "../../src/server/answers/known-keys.ts";

test("what comes back is equal to what was asked, whatever was noted", () => {
  // Few letters and lengths, so that many keys share a slot.
  const key = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 0, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(key), key, (noted, asked) => {
      const keys = new KnownKeys();
      for (const each of noted) keys.note(each);
      expect(keys.same(asked)).toBe(asked);
    }),
  );
});

test("keys that differ in one character anywhere are kept apart", () => {
  const base = "q".repeat(3_000);
  const keys = new KnownKeys();
  keys.note(base);
  for (let at = 0; at < base.length; at += 7) {
    const other = `${base.slice(0, at)}x${base.slice(at + 1)}`;
    expect(keys.same(other)).toBe(other);
  }
});
