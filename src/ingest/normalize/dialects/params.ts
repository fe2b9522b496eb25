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

/** Latent attention has the library's names already. */
const LATENT = [
  "q_lora_rank",
  "kv_lora_rank",
  "qk_nope_head_dim",
  "qk_rope_head_dim",
  "v_head_dim",
];

const EXPERTS: readonly [theirs: string, ours: string][] = [
  ["num_experts", "num_local_experts"],
  ["num_experts_per_tok", "num_experts_per_tok"],
  ["expert_hidden_dim", "moe_intermediate_size"],
  ["num_shared_experts", "n_shared_experts"],
  ["first_k_dense_replace", "first_k_dense_replace"],
];

/** True for an object with the names of the training code. */
export function isParams(value: unknown): value is Json {
  return isRecord(value) && !("model_type" in value) && "dim" in value && "n_layers" in value;
}

/** The same as a `config.json` of the Llama, Mixtral or DeepSeek V3 class, with its tower beside it. */
export function configFromParams(params: Json): Json {
  const config: Json = {};
  take(config, NAMES, params);
  config.intermediate_size ??= ruleWidth(params);
  const moe = isRecord(params.moe) ? params.moe : null;
  if (moe !== null) take(config, EXPERTS, moe);
  const latent = "kv_lora_rank" in params;
  if (latent)
    take(
      config,
      LATENT.map((name) => [name, name]),
      params,
    );
  config.model_type = latent ? "deepseek_v3" : moe !== null ? "mixtral" : "llama";
  return isRecord(params.vision_encoder) ? withTower(config, params.vision_encoder) : config;
}

function take(into: Json, names: readonly (readonly [string, string])[], from: Json): void {
  for (const [theirs, ours] of names) if (from[theirs] !== undefined) into[ours] = from[theirs];
}

/** Pixtral's tower, whose neighbouring patches the later models merge. */
function withTower(text: Json, tower: Json): Json {
  return {
    model_type: tower.mm_projector_id === "patch_merge" ? "mistral3" : "llava",
    text_config: text,
    vision_config: { ...tower, model_type: "pixtral" },
    spatial_merge_size: tower.spatial_merge_size ?? 2,
  };
}

/** Meta's rule: two thirds of four times the width, times a factor, up to a multiple. */
function ruleWidth({ dim, ffn_dim_multiplier: factor, multiple_of: step }: Json): unknown {
  if (typeof dim !== "number" || typeof step !== "number" || step < 1) return undefined;
  const wanted = Math.floor(
    Math.floor((2 * 4 * dim) / 3) * (typeof factor === "number" ? factor : 1),
  );
  return step * Math.ceil(wanted / step);
}
