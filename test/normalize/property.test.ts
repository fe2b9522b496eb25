/** Mutated real configs: never a throw that is not ours, never a figure that is not finite and positive. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, evaluate } from "../../src/estimator/index.ts";
import { normalizeConfig, parseConfigText } from "../../src/ingest/normalize/index.ts";
import { sharedDir } from "../helpers/shared.ts";
import { CONFIGS } from "./configs.ts";

const values = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 1, 2, 1e300, Number.NaN, "auto", "x", true, false, [], {}),
  fc.integer({ min: -10, max: 100_000 }),
  fc.double(),
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
  fc.constantFrom("full_attention", "sliding_attention", "mamba", "llama", "qwen3_moe", "gemma3"),
);

/** Which entry of the object is changed (by position), and to what; undefined removes it. */
const mutation = fc.record({
  position: fc.nat(200),
  nested: fc.boolean(),
  value: fc.option(values, { nil: undefined }),
});

type Mutation = { position: number; nested: boolean; value?: unknown };

function mutate(
  config: Record<string, unknown>,
  mutations: readonly Mutation[],
): Record<string, unknown> {
  const changed = structuredClone(config);
  for (const { position, nested, value } of mutations) {
    const sections = Object.values(changed).filter(
      (entry): entry is Record<string, unknown> =>
        typeof entry === "object" && entry !== null && !Array.isArray(entry),
    );
    const section =
      (nested ? sections[position % Math.max(1, sections.length)] : undefined) ?? changed;
    const keys = Object.keys(section);
    const key = keys[position % Math.max(1, keys.length)];
    if (key === undefined) continue;
    if (value === undefined) delete section[key];
    else section[key] = value;
  }
  return changed;
}

function checkFigures(value: unknown, path: string): void {
  if (typeof value === "number" && (!Number.isFinite(value) || value < 0)) {
    throw new Error(`${path} is ${value}`);
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, entry] of Object.entries(value)) checkFigures(entry, `${path}.${key}`);
  }
}

function checkReading(config: Record<string, unknown>): void {
  const reading = normalizeConfig({ id: "test/model", config });
  checkFigures(reading.facts, "facts");
  if (reading.outcome === "model") {
    expect(reading.reason).toBeNull();
    const profile = compile(reading.facts.architecture!);
    checkFigures(evaluate(profile, { quant: "Q4_K_M", contextTokens: 8192 }), "estimate");
  } else {
    expect(reading.reason).toMatch(/^\S.{10,}/s);
    expect(reading.facts.architecture ?? null).toBeNull();
  }
}

function checkMutations(configs: readonly Record<string, unknown>[], numRuns: number): void {
  fc.assert(
    fc.property(
      fc.constantFrom(...configs),
      fc.array(mutation, { minLength: 1, maxLength: 5 }),
      (config, mutations) => checkReading(mutate(config, mutations as Mutation[])),
    ),
    { numRuns },
  );
}

describe("mutated configs", () => {
  it("of the fixtures never break the reading", () => {
    checkMutations([...CONFIGS.values()], 300);
  });

  it("of arbitrary JSON never break the reading", () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom("model_type", "hidden_size", "x") }), (config) =>
        checkReading(config),
      ),
      { numRuns: 200 },
    );
  });

  it.skipIf(sharedDir === null)("of the corpus never break the reading", () => {
    const root = join(sharedDir!, "upstream", "huggingface");
    const configs = readdirSync(root)
      .map((name) => join(root, name, "config.json"))
      .filter((path) => existsSync(path))
      .map((path) => parseConfigText(readFileSync(path)) as Record<string, unknown>);
    checkMutations(configs, 300);
  });
});
