/** Blocks that pruning removed whole take their norms with them (Nemotron Super). */
import { expect, test } from "vitest";
import { compile } from "../../src/estimator/index.ts";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";

const HIDDEN = 64;

function parameters(attention: object, ffn: object): number {
  const kept = { attention: { n_heads_in_group: 2 }, ffn: { intermediate_size: 128 } };
  const config = {
    model_type: "nemotron-nas",
    architectures: ["DeciLMForCausalLM"],
    hidden_size: HIDDEN,
    num_attention_heads: 4,
    num_key_value_heads: null,
    num_hidden_layers: 2,
    vocab_size: 256,
    block_configs: [kept, { attention, ffn }],
  };
  const { facts, reason } = normalizeConfig({ id: null, config });
  if (!facts.architecture) throw new Error(reason ?? "not read");
  return compile(facts.architecture).parameters!.total;
}

const whole = parameters({ n_heads_in_group: 2 }, { intermediate_size: 128 });

test("a removed attention takes its matrices and its norm", () => {
  const matrices = HIDDEN * HIDDEN * (1 + 0.5 + 0.5 + 1);
  const without = parameters({ no_op: true }, { intermediate_size: 128 });
  expect(whole - without).toBe(matrices + HIDDEN);
});

test("a removed feed-forward takes its matrices and its norm", () => {
  const without = parameters({ n_heads_in_group: 2 }, { no_op: true });
  expect(whole - without).toBe(3 * HIDDEN * 128 + HIDDEN);
});
