/** Every measured allocation of the shared corpus, through the same code as `npm run score`. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allocationCases } from "../../scripts/score/allocations.ts";
import type { Case } from "../../scripts/score/case.ts";
import { measuredCases } from "../../scripts/score/measured.ts";
import { summarize } from "../../scripts/score/summary.ts";
import { sharedDir } from "../helpers/shared.ts";

describe.skipIf(sharedDir === null)("measured allocations", () => {
  const read = (name: string) => readFileSync(`${sharedDir}/oracle/${name}`, "utf8");
  const of = (cases: Case[], quantity: string) =>
    summarize(
      quantity,
      cases.filter((scored) => scored.quantity === quantity),
    );

  it("caches from GGUF metadata are exact", () => {
    const cases = [...allocationCases(JSON.parse(read("llamacpp-dev.json")))];
    expect(summarize("all", cases)).toMatchObject({ count: cases.length, exact: cases.length });
  });

  it("caches, states, parameters and weights from configs are exact; totals and scratch close", () => {
    const cases = [...measuredCases(read("measured-dev.jsonl"))];
    for (const quantity of ["kv", "recurrent", "params", "weights"]) {
      const { count, exact } = of(cases, quantity);
      expect([quantity, exact]).toEqual([quantity, count]);
    }
    const total = of(cases, "total");
    expect(total.median).toBeLessThan(0.02);
    expect(total.p90).toBeLessThan(0.05);
    const compute = of(cases, "compute");
    expect(compute.inside! / compute.count).toBeGreaterThan(0.9);
  });
});
