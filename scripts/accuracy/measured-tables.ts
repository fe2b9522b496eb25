/** The tables of measured allocations: every quantity, and each family where a quantity is modelled. */
import { readFileSync } from "node:fs";
import { nominalEstimate } from "../../src/estimator/index.ts";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";
import { allocationCases } from "../score/allocations.ts";
import { type Case, score } from "../score/case.ts";
import { measuredCases } from "../score/measured.ts";
import { summarize } from "../score/summary.ts";
import { groupBy, percent, printTable } from "./markdown.ts";

const WORST_ROWS = 20;
const MODELLED = ["compute", "total", "file"];

interface Row {
  id: string;
  quantity: string;
  bytes: number;
  quant: string;
  ctx: number;
  config: unknown;
  arch?: string;
}

/** Reads the files of both shapes and prints their tables. */
export function printMeasured(files: readonly string[]): void {
  const cases: Case[] = [];
  const nominal: Case[] = [];
  const families = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    if (file.endsWith(".json")) {
      cases.push(...allocationCases(JSON.parse(text)));
      continue;
    }
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      const row = JSON.parse(line) as Row;
      families.set(row.id, row.arch ?? "unknown");
      if (row.quantity === "total") nominal.push(nominalCase(row));
    }
    cases.push(...measuredCases(text));
  }
  printSummaries(
    "By quantity",
    groupBy(cases, ({ quantity }) => quantity),
  );
  const family = ({ id }: Case) => families.get(id) ?? "other metadata";
  printExact(cases, family);
  printSummaries("Totals by the calculators' rule, same rows", new Map([["nominal", nominal]]));
  for (const quantity of MODELLED) {
    const list = cases.filter((scored) => scored.quantity === quantity);
    printSummaries(`${quantity}, by family`, groupBy(list, family));
  }
  printWorst(cases);
}

/** The same row by the rule of thumb that calculator sites print, with their 10% overhead. */
function nominalCase(row: Row): Case {
  return score(row.id, "nominal", row.bytes, () => {
    const { facts } = normalizeConfig({ id: null, config: row.config });
    const { totalParameters: parameters, layers, kvHeads, headDim } = facts;
    if (!parameters || !layers || !kvHeads || !headDim) throw new Error("the rule does not apply");
    const { quant, ctx: contextTokens } = row;
    const shape = { parameters, layers, kvHeads, headDim };
    return { got: nominalEstimate({ ...shape, quant, contextTokens }).totalBytes };
  });
}

function printSummaries(title: string, groups: Map<string, Case[]>): void {
  const head = ["", "cases", "exact", "median", "p90", "worst", "inside interval", "worst case"];
  const rows = [...groups].map(([name, list]) => {
    const found = summarize(name, list);
    const { count, exact, median, p90, worst, worstId, inside, withInterval } = found;
    const within = withInterval === undefined ? "" : `${inside}/${withInterval}`;
    const figures = [median, p90, worst].map(percent);
    return [name, `${count}`, `${exact}`, ...figures, within, worst === 0 ? "" : `${worstId}`];
  });
  printTable(title, head, rows);
}

/** One cell for each family and quantity: how many cases are equal to the byte, of how many. */
function printExact(cases: readonly Case[], family: (scored: Case) => string): void {
  const quantities = [...groupBy(cases, ({ quantity }) => quantity).keys()];
  const rows = [...groupBy(cases, family)].map(([name, list]) => [
    name,
    ...quantities.map((quantity) => {
      const own = list.filter((scored) => scored.quantity === quantity);
      const exact = own.filter(({ got, expected }) => got !== null && got === expected);
      return own.length === 0 ? "" : `${exact.length}/${own.length}`;
    }),
  ]);
  printTable("Equal to the byte, by family and quantity", ["family", ...quantities], rows);
}

function printWorst(cases: readonly Case[]): void {
  const worst = cases
    .filter(({ relativeError, got, expected }) => relativeError !== null && got !== expected)
    .sort((a, b) => Math.abs(b.relativeError!) - Math.abs(a.relativeError!))
    .slice(0, WORST_ROWS);
  printTable(
    "Worst rows",
    ["case", "measured", "estimated", "off"],
    worst.map((row) => [row.id, `${row.expected}`, `${row.got}`, percent(row.relativeError)]),
  );
}
