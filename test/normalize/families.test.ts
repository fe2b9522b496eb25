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

it("gte-Qwen2-1.5B-instruct: a decoder that looks both ways keeps no cache", () => {
  const config = {
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    is_causal: false,
    hidden_size: 1536,
    intermediate_size: 8960,
    num_hidden_layers: 28,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    vocab_size: 151_646,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  };
  const { facts } = normalizeConfig({ id: "Alibaba-NLP/gte-Qwen2-1.5B-instruct", config });
  expect(facts.attentionKind).toBe("BIDIRECTIONAL");
});

it.each([
  ["AIDC-AI/Ovis2-8B", { visual_tokenizer_config: { model_type: "aimv2_visual_tokenizer" } }],
  ["openbmb/MiniCPM-V-2", { vision_encoder: "vit_so400m_patch14_siglip_384" }],
])("%s: a tower that is named and not described leaves the total unknown", (id, tower) => {
  const text = FAMILIES.find(({ config }) => config.vision_config === undefined)!.config;
  const { facts, issues } = normalizeConfig({ id, config: { ...text, ...tower } });
  expect(facts.totalParameters ?? null).toBeNull();
  expect(issues).toMatchObject([{ code: "UNCOUNTED_PART" }]);
});

it("Molmo-7B-D: a tower that its class brings and no key tells of leaves the total unknown", () => {
  const config = {
    architectures: ["MolmoForCausalLM"],
    model_type: "molmo",
    attention_layer_norm: false,
    hidden_size: 3584,
    intermediate_size: 37_888,
    num_hidden_layers: 28,
    num_attention_heads: 28,
    num_key_value_heads: 4,
    embedding_size: 152_064,
    vocab_size: 152_064,
    max_position_embeddings: 4096,
    qkv_bias: true,
    tie_word_embeddings: false,
  };
  const { facts, issues } = normalizeConfig({ id: "allenai/Molmo-7B-D-0924", config });
  expect(facts.totalParameters ?? null).toBeNull();
  expect(facts.activeParameters).toBeGreaterThan(7.6e9);
  expect(issues).toMatchObject([{ code: "UNCOUNTED_PART" }]);
});
