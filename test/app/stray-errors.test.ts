/** Which uncaught exceptions the program outlives. */
import { expect, it } from "vitest";
import { isOfDriver } from "../../src/app/stray-errors.ts";

function thrownAt(first: string, second: string): Error {
  const error = new TypeError("Cannot read properties of null");
  error.stack = `${error}\n    at ${first}\n    at ${second}`;
  return error;
}

const driver = "Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)";
const ours = "apply (file:///app/dist/db/catalog.js:1:1)";

it("is one that the database driver threw itself", () => {
  expect(isOfDriver(thrownAt(driver, ours))).toBe(true);
});

it("is not one of ours, though the driver called it, nor what is no error", () => {
  expect(isOfDriver(thrownAt(ours, driver))).toBe(false);
  expect(isOfDriver("Immediate.nextWrite")).toBe(false);
});
