/**
 * Scores the estimator against measured allocations: `npm run --silent score -- FILE`. The file is
 * either GGUF metadata with allocations (JSON) or rows with a Hugging Face config (JSON lines). Each
 * case is printed as one JSON line, then one summary line per quantity. It goes through the same
 * public functions as the API; a case without an answer says why.
 */
import { readFileSync } from "node:fs";
import { allocationCases } from "./score/allocations.ts";
import type { Case } from "./score/case.ts";
import { measuredCases } from "./score/measured.ts";
import { summaries } from "./score/summary.ts";

const file = process.argv[2];
if (file === undefined) {
  console.error("usage: npm run --silent score -- FILE");
  process.exit(2);
}

for (const line of summaries(print(casesOf(readFileSync(file, "utf8"))))) {
  console.log(JSON.stringify(line));
}

function casesOf(text: string): Iterable<Case> {
  const document = wholeDocument(text);
  return document === null ? measuredCases(text) : allocationCases(document);
}

/** The file as one JSON document with cases, or null when it is lines of rows. */
function wholeDocument(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "cases" in value ? value : null;
  } catch {
    return null;
  }
}

function* print(cases: Iterable<Case>): Generator<Case> {
  for (const scored of cases) {
    console.log(JSON.stringify(scored));
    yield scored;
  }
}
