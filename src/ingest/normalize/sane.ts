/**
 * The last gate before a figure leaves the normaliser: every number of an architecture is a whole one
 * that arithmetic can carry, and the model is not larger than any that could exist.
 */
import type { Architecture } from "../../estimator/architecture.ts";
import { countParameters } from "../../estimator/index.ts";
import { hostile } from "./problems.ts";

/** A thousand times the largest published model. */
const MOST_PARAMETERS = 4e15;

/** Throws for an architecture that no file could honestly describe. */
export function checkArchitecture(architecture: Architecture): void {
  checkNumbers(architecture, "architecture");
  const { total } = countParameters(architecture);
  if (!(total <= MOST_PARAMETERS)) {
    throw hostile("hidden_size", `The config describes ${total} parameters, more than can exist.`);
  }
}

function checkNumbers(value: unknown, path: string): void {
  if (typeof value === "number" && (!Number.isSafeInteger(value) || value < 0)) {
    throw hostile(path, `The config gives ${value} for ${path}, where a whole number is needed.`);
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, entry] of Object.entries(value)) checkNumbers(entry, `${path}.${key}`);
}
