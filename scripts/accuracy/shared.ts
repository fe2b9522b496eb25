/**
 * The folder of measured allocations and published figures that lies beside the checkout. The project
 * does not contain it; a script that wants it says so in one line where it is absent.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../../shared");

/** The folder's path, or null where it is absent. */
export const sharedDir: string | null = existsSync(folder) ? folder : null;

/** A file of published figures, parsed. */
export function upstream<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, "upstream", name), "utf8")) as T;
}
