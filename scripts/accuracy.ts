/**
 * The accuracy table: `npm run accuracy -- FILE…` scores measured files, then prints every quantity
 * and every family with its exact share, median, 90th percentile and worst row, as Markdown.
 */
import { readFileSync } from "node:fs";
import { nominalEstimate } from "../src/estimator/index.ts";
import { normalizeConfig } from "../src/ingest/normalize/index.ts";
import { allocationCases } from "./score/allocations.ts";
import { type Case, score } from "./score/case.ts";
import { measuredCases } from "./score/measured.ts";
import { type Summary, summarize } from "./score/summary.ts";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: npm run accuracy -- FILE…");
  process.exit(2);
}

const cases: Case[] = [];
const families = new Map<string, string>();
const nominalCases: Case[] = [];
for (const file of files) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".json")) {
    cases.push(...allocationCases(JSON.parse(text)));
  } else {
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      const row = JSON.parse(line) as NominalRow & { arch?: string };
      families.set(row.id, row.arch ?? "unknown");
      if (row.quantity === "total") nominalCases.push(nominalCase(row));
    }
    cases.push(...measuredCases(text));
  }
}

interface NominalRow {
  id: string;
  quantity: string;
  bytes: number;
  quant: string;
  ctx: number;
  config: unknown;
}

/** The same row by the rule of thumb that calculator sites print, with their 10% overhead. */
function nominalCase(row: NominalRow): Case {
  return score(row.id, "nominal", row.bytes, () => {
    const { facts } = normalizeConfig({ id: null, config: row.config });
    const { totalParameters: parameters, layers, kvHeads, headDim } = facts;
    if (!parameters || !layers || !kvHeads || !headDim) throw new Error("the rule does not apply");
    const { quant, ctx: contextTokens } = row;
    const shape = { parameters, layers, kvHeads, headDim };
    return { got: nominalEstimate({ ...shape, quant, contextTokens }).totalBytes };
  });
}

const percent = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(3)}%`);

function line(name: string, summary: Summary): string {
  const { count, exact, median, p90, worst, worstId, inside, withInterval } = summary;
  const within = withInterval === undefined ? "" : `${inside}/${withInterval}`;
  return `| ${name} | ${count} | ${exact} | ${percent(median)} | ${percent(p90)} | ${percent(worst)} | ${within} | ${worst === 0 ? "" : worstId} |`;
}

const HEAD = [
  "| | cases | exact | median | p90 | worst | inside interval | worst case |",
  "|---|---|---|---|---|---|---|---|",
];

function table(title: string, groups: Map<string, Case[]>): void {
  console.log([`\n### ${title}\n`, ...HEAD].join("\n"));
  for (const [name, list] of groups) console.log(line(name, summarize(name, list)));
}

function groupBy(list: Case[], key: (scored: Case) => string): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const scored of list) {
    const group = groups.get(key(scored));
    if (group) group.push(scored);
    else groups.set(key(scored), [scored]);
  }
  return groups;
}

table(
  "By quantity",
  groupBy(cases, (scored) => scored.quantity),
);
for (const quantity of ["compute", "total"]) {
  const list = cases.filter((scored) => scored.quantity === quantity);
  table(
    `${quantity}, by family`,
    groupBy(list, (scored) => families.get(scored.id) ?? "unknown"),
  );
}
table("Totals by the calculators' rule, same rows", new Map([["nominal", nominalCases]]));
const worst = cases
  .filter((scored) => scored.relativeError !== null && scored.got !== scored.expected)
  .sort((a, b) => Math.abs(b.relativeError!) - Math.abs(a.relativeError!))
  .slice(0, 20);
console.log("\n### Worst rows\n\n| case | measured | estimated | off |\n|---|---|---|---|");
for (const { id, expected, got, relativeError } of worst) {
  console.log(`| ${id} | ${expected} | ${got} | ${percent(relativeError)} |`);
}
