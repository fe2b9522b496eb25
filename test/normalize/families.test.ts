/**
 * Families beyond the corpus: their counts, attention and converter name. A new family is one row of a
 * class table and one line of the fixture.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";

/** One model of the fixture: its shape keys, and what its publisher or file headers state. */
interface FamilyCase {
  id: string;
  /** Null where no exact count is known. */
  published: number | null;
  total: number;
  kind: string;
  gguf: string | null;
  config: Record<string, unknown>;
}

const fixture = new URL("../fixtures/normalize/families.jsonl", import.meta.url);
const FAMILIES = readFileSync(fixture, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as FamilyCase);

describe("families", () => {
  it.each(FAMILIES.map((entry) => [entry.id, entry] as const))("%s", (id, entry) => {
    const { outcome, facts, issues } = normalizeConfig({ id, config: entry.config });
    expect({ outcome, issues }).toEqual({ outcome: "model", issues: [] });
    expect(facts.totalParameters).toBe(entry.total);
    expect(facts.attentionKind).toBe(entry.kind);
    expect(facts.architecture?.ggufArchitecture ?? null).toBe(entry.gguf);
    if (entry.published === null) return;
    const mtp = facts.componentParameters?.mtp ?? 0;
    const nearest = [entry.total, entry.total + mtp].map((n) => Math.abs(n / entry.published! - 1));
    expect(Math.min(...nearest)).toBeLessThan(0.005);
  });
});

it("Kimi-VL-A3B: active is what a token of text visits, without the tower for images", () => {
  const { config, id } = FAMILIES.find((entry) => entry.id === "moonshotai/Kimi-VL-A3B-Instruct")!;
  const withTower = normalizeConfig({ id, config }).facts;
  const { vision_config: _, ...text } = config;
  expect(withTower.componentParameters?.vision).toBeGreaterThan(4e8);
  expect(withTower.activeParameters).toBeLessThan(3e9);
  expect(withTower.activeParameters).toBe(
    normalizeConfig({ id, config: text }).facts.activeParameters,
  );
});
