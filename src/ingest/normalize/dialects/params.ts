/**
 * Reads the `params.json` that Mistral and Meta publish beside or instead of a `config.json`: the same
 * numbers under the names of the original training code. Meta's older files leave the vocabulary to the
 * tokenizer (-1); such a file is refused, because the class's usual vocabulary would be a guess.
 */
import { isRecord, type Json } from "../reader.ts";

const NAMES: readonly [theirs: string, ours: string][] = [
  ["dim", "hidden_size"],
  ["n_layers", "num_hidden_layers"],
  ["n_heads", "num_attention_heads"],
  ["n_kv_heads", "num_key_value_heads"],
  ["head_dim", "head_dim"],
  ["hidden_dim", "intermediate_size"],
  ["vocab_size", "vocab_size"],
  ["max_seq_len", "max_position_embeddings"],
  ["max_position_embeddings", "max_position_embeddings"],
  ["sliding_window", "sliding_window"],
  ["tied_embeddings", "tie_word_embeddings"],
];

/** True for an object with the names of the training code, of a model with plain attention. */
export function isParams(value: unknown): value is Json {
  if (!isRecord(value) || "model_type" in value || "kv_lora_rank" in value) return false;
  return "dim" in value && "n_layers" in value;
}

/** The same as a `config.json` of the Llama, Mistral or Mixtral class. */
export function configFromParams(params: Json): Json {
  const config: Json = {};
  for (const [theirs, ours] of NAMES) {
    if (params[theirs] !== undefined) config[ours] = params[theirs];
  }
  config.intermediate_size ??= ruleWidth(params);
  const moe = isRecord(params.moe) ? params.moe : null;
  if (moe !== null) {
    config.num_local_experts = moe.num_experts;
    config.num_experts_per_tok = moe.num_experts_per_tok;
  }
  config.model_type = moe !== null ? "mixtral" : "llama";
  return config;
}

/** Meta's rule: two thirds of four times the width, times a factor, up to a multiple. */
function ruleWidth({ dim, ffn_dim_multiplier: factor, multiple_of: step }: Json): unknown {
  if (typeof dim !== "number" || typeof step !== "number" || step < 1) return undefined;
  const wanted = Math.floor(
    Math.floor((2 * 4 * dim) / 3) * (typeof factor === "number" ? factor : 1),
  );
  return step * Math.ceil(wanted / step);
}
