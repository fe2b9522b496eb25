/**
 * The accuracy table: `npm run accuracy [-- FILE…]` prints, as Markdown, how our estimates compare with
 * measured allocations, with published file sizes, and with what other calculators say. Without files
 * it takes the measured rows that lie beside the checkout.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { printMeasured } from "./accuracy/measured-tables.ts";
import { printOthers } from "./accuracy/other-calculators.ts";
import { printPublished } from "./accuracy/published-tables.ts";
import { sharedDir } from "./accuracy/shared.ts";

const files = process.argv.slice(2);
if (sharedDir === null) {
  console.error("No ../shared beside the checkout: published sizes are left out of this report.");
}
if (files.length > 0) {
  printMeasured(files);
} else if (sharedDir !== null) {
  const folder = join(sharedDir, "oracle");
  printMeasured(
    readdirSync(folder)
      .filter((name) => /\.jsonl?$/.test(name))
      .map((name) => join(folder, name)),
  );
}
if (sharedDir !== null) {
  printPublished();
  printOthers();
}
