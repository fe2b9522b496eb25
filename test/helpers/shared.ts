/**
 * The corpus of real configs and measured allocations that lives beside the checkout. It is not part
 * of the product: a test that uses it is skipped, with a visible line, where the folder is absent.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../../shared");

/** The folder's path, or null where it is absent. */
export const sharedDir: string | null = existsSync(folder) ? folder : null;

if (sharedDir === null) {
  console.info("Tests over the shared corpus are skipped: no ../shared beside the checkout.");
}
