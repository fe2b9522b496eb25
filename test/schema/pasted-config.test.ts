/** A pasted config: weighed like the catalog's own model, shown key by key, and refused with a reason. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { graphql } from "graphql";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/ingest/normalize/index.ts";
import { schema } from "../../src/schema/index.ts";
import { useCatalog } from "./catalog.ts";

const run = promisify(execFile);
const catalog = useCatalog();
const root = join(import.meta.dirname, "..", "..");

/** What `npm run explain -- --json` prints of a config. */
async function explain(config: unknown): Promise<Reading> {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-explain-"));
  try {
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify(config));
    const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
    const script = join(root, "scripts", "explain.ts");
    const { stdout } = await run(process.execPath, [tsx, script, "--json", path]);
    return JSON.parse(stdout) as Reading;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What Llama 3.1 8B's publisher states, with one key that matters to nobody. */
const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  rope_theta: 500000,
  tie_word_embeddings: false,
  attention_dropout: 0,
  rope_scaling: {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  },
};

const READ = `query ($config: String!) {
  normalizeConfig(config: $config) {
    outcome
    reason
    keys { key value became ignored }
    facts { fact value key basis }
    issues { code field message }
    specification { key value }
    vram(quant: Q4_K_M, ctx: 8192) { total { bytes } kvCache { bytes } }
  }
}`;
const WEIGH = `query ($config: String!) {
  estimateVram(input: { source: { config: $config }, quant: Q4_K_M, ctx: 8192 }) {
    total { bytes } kvCache { bytes }
  }
}`;

const read = async (config: string) => (await catalog.ask(READ, { config })).normalizeConfig;

describe("a pasted config", () => {
  it("weighs what the same model of the catalog weighs", async () => {
    const config = JSON.stringify(LLAMA);
    const { estimateVram } = await catalog.ask(WEIGH, { config });
    const { model } = await catalog.ask(
      '{ model(slug: "llama-3.1-8b") { vram(quant: Q4_K_M, ctx: 8192) { total { bytes } kvCache { bytes } } } }',
    );
    expect(estimateVram).toEqual(model.vram);
    expect((await read(config)).vram).toEqual(model.vram);
  });

  it.each([
    ["a model", LLAMA],
    ["a config that contradicts itself", { ...LLAMA, num_key_value_heads: 5 }],
  ])("is read as the command explain reads it: %s", async (_what, config) => {
    const explained = await explain(config);
    const { keys, issues, outcome, reason, facts } = await read(JSON.stringify(config));
    expect({ outcome, reason, issues }).toEqual({
      outcome: explained.outcome.toUpperCase(),
      reason: explained.reason,
      issues: explained.issues,
    });
    const rows = [
      ...explained.used.map((used) => ({ ...used, ignored: null })),
      ...explained.ignored.map(({ why, ...key }) => ({ ...key, became: null, ignored: why })),
    ];
    expect(keys).toEqual(expect.arrayContaining(rows));
    expect(keys).toHaveLength(rows.length);
    for (const { fact, value } of facts) {
      expect(value, fact).toEqual(explained.facts[fact as keyof typeof explained.facts]);
    }
  });

  it("shows what each key became, or why it was ignored", async () => {
    const { outcome, reason, keys, facts, issues, specification } = await read(
      JSON.stringify(LLAMA),
    );
    expect({ outcome, reason, issues }).toEqual({ outcome: "MODEL", reason: null, issues: [] });
    const byKey = new Map(keys.map((one: { key: string }) => [one.key, one]));
    expect([...byKey.keys()]).toEqual(expect.arrayContaining(Object.keys(LLAMA)));
    expect(byKey.get("num_key_value_heads")).toMatchObject({ value: 8, ignored: null });
    expect(byKey.get("attention_dropout")).toMatchObject({
      became: null,
      ignored: "training only",
    });
    for (const { key, became, ignored } of keys) {
      expect((became === null) !== (ignored === null), key).toBe(true);
    }
    expect(facts).toContainEqual({
      fact: "kvHeads",
      value: 8,
      key: "num_key_value_heads",
      basis: "STATED",
    });
    expect(specification).toContainEqual({ key: "totalParameters", value: "8.0B" });
  });

  it("keeps the sure facts of an unknown architecture, and says why it has no memory", async () => {
    const config = JSON.stringify({
      ...LLAMA,
      architectures: ["NeverSeenForCausalLM"],
      model_type: "never_seen",
    });
    const reading = await read(config);
    expect(reading).toMatchObject({ outcome: "PARTIAL", vram: null });
    expect(reading.reason).toContain("NeverSeenForCausalLM");
    const { errors } = await catalog.answer(WEIGH, { config });
    expect(errors?.[0]?.message).toContain(reading.reason);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      argument: "input.source.config",
      reason: reading.reason,
    });
  });

  it("that contradicts itself is flagged with both figures", async () => {
    const { outcome, issues } = await read(JSON.stringify({ ...LLAMA, num_key_value_heads: 7 }));
    expect(outcome).not.toBe("MODEL");
    expect(issues[0].message).toMatch(/32.*7|7.*32/);
  });

  it.each([
    ["nothing", "", "empty"],
    ["a web page", "<!doctype html>", "web page"],
    ["something cut off", '{"model_type": "llama"', "not JSON"],
    ["a list", "[1, 2]", "not a JSON object"],
    ["a deep nest", "[".repeat(5000), "levels deep"],
    ["a forbidden key", '{"model_type": "llama", "__proto__": {}}', "forbidden"],
  ])("that is %s is refused in the answer, not as an error", async (_what, config, reason) => {
    const reading = await read(config);
    expect(reading).toMatchObject({ outcome: "REFUSED", vram: null, facts: [] });
    expect(reading.reason).toContain(reason);
  });

  it("that is too long is refused before it is read", async () => {
    const config = JSON.stringify({ ...LLAMA, padding: "x".repeat(200_000) });
    for (const [query, argument] of [
      [READ, "config"],
      [WEIGH, "input.source.config"],
    ] as const) {
      const { errors } = await catalog.answer(query, { config });
      expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument });
      expect(errors?.[0]?.message.length).toBeLessThan(300);
    }
  });

  it("costs enough that one request cannot read hundreds", async () => {
    const aliases = Array.from(
      { length: 101 },
      (_, i) => `a${i}: normalizeConfig(config: "{}") { outcome }`,
    );
    const { errors } = await catalog.answer(`{ ${aliases.join(" ")} }`);
    expect(errors?.[0]?.extensions.code).toBe("COST_LIMIT_EXCEEDED");
  });

  it("is read once for a request, however often and for whatever it is named", async () => {
    let read = 0;
    const inner = catalog.context();
    const readConfig = (text: string) => {
      read++;
      return inner.readConfig(text);
    };
    const names = Array.from({ length: 30 }, (_, i) => [
      `r${i}: normalizeConfig(config: $v) { outcome }`,
      `e${i}: estimateVram(input: { source: { config: $v }, quant: Q4_K_M, ctx: 8192 }) { tier }`,
    ]);
    const source = `query ($v: String!, $other: String!) {
      ${names.flat().join(" ")} normalizeConfig(config: $other) { outcome }
    }`;
    const variableValues = { v: JSON.stringify(LLAMA), other: "{}" };
    const answer = () =>
      graphql({ schema, source, variableValues, contextValue: { ...inner, readConfig } });
    const { data, errors } = await answer();
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      r29: { outcome: "MODEL" },
      normalizeConfig: { outcome: "REFUSED" },
    });
    expect(read).toBe(2);
    await answer();
    expect(read).toBe(4);
  });

  it("costs for its keys what a long list costs, so that few can be shown by many names", async () => {
    const names = (count: number, make: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => make(index)).join(" ");
    const source = `{ ${names(31, (i) => `r${i}: normalizeConfig(config: "{}") { keys { ...K } }`)} }
      fragment K on ConfigKey { ${names(29, (i) => `k${i}: key`)} }`;
    const { errors } = await catalog.answer(source);
    expect(errors?.[0]?.extensions.code).toBe("COST_LIMIT_EXCEEDED");
  });
});
