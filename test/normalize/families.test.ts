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
  ["facebook/chameleon-7b", { vq_config: { embed_dim: 256, num_embeddings: 8192 } }],
  ["Efficient-Large-Model/VILA1.5-3b", { vision_tower_cfg: { hidden_size: 1152 } }],
  ["Qwen/Qwen-Audio-Chat", { audio: { n_state: 1280, n_layer: 32 } }],
])("%s: a tower that is named and not described leaves the total unknown", (id, tower) => {
  const text = FAMILIES.find(({ config }) => config.vision_config === undefined)!.config;
  const { facts, issues } = normalizeConfig({ id, config: { ...text, ...tower } });
  expect(facts.totalParameters ?? null).toBeNull();
  expect(issues).toMatchObject([{ code: "UNCOUNTED_PART" }]);
});

it("VILA: the text model stands in llm_cfg", () => {
  const { config } = FAMILIES.find(({ id }) => id === "llava-hf/llava-v1.6-mistral-7b-hf")!;
  const { facts } = normalizeConfig({
    id: "Efficient-Large-Model/VILA1.5-3b",
    config: {
      architectures: ["LlavaLlamaModel"],
      model_type: "llava_llama",
      llm_cfg: { ...(config.text_config as object), architectures: ["MistralForCausalLM"] },
    },
  });
  expect(facts).toMatchObject({ layers: 32, hiddenSize: 4096, kvHeads: 8 });
});

it("GOT-OCR2_0: a tower that its class brings and no key tells of leaves the total unknown", () => {
  const config = {
    architectures: ["GOTQwenForCausalLM"],
    model_type: "GOT",
    hidden_size: 1024,
    intermediate_size: 2816,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    vocab_size: 151_860,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
  };
  const { facts, issues } = normalizeConfig({ id: "stepfun-ai/GOT-OCR2_0", config });
  expect(facts.totalParameters ?? null).toBeNull();
  expect(issues).toMatchObject([{ code: "UNCOUNTED_PART" }]);
});

it.each([
  ["FacebookAI/roberta-base", "roberta", 514, 512, 124_697_433],
  ["BAAI/bge-m3", "xlm-roberta", 8194, 8192, null],
])(
  "%s: two rows of the position table are padding, and no context",
  (id, type, stated, context, total) => {
    const config = {
      architectures: ["RobertaForMaskedLM"],
      model_type: type,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      type_vocab_size: 1,
      vocab_size: 50_265,
      max_position_embeddings: stated,
    };
    const { facts } = normalizeConfig({ id, config });
    expect(facts.contextLength).toBe(context);
    expect(facts.architecture?.learnedPositions).toBe(stated);
    if (total !== null) expect(facts.totalParameters).toBe(total);
  },
);

it("a plain class that states a latent is not read as plain attention (TransMLA)", () => {
  const { config } = FAMILIES.find(({ config }) => config.model_type === "llama")!;
  const reading = normalizeConfig({ id: null, config: { ...config, kv_lora_rank: 512 } });
  expect(reading).toMatchObject({
    outcome: "partial",
    reason: expect.stringContaining("kv_lora_rank"),
  });
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
