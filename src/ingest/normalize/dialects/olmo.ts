/** The first OLMo models (2024) under the names of their own code, before the library had the class. */
import { isRecord, type Json } from "../reader.ts";

const NAMES: readonly [theirs: string, ours: string][] = [
  ["d_model", "hidden_size"],
  ["n_layers", "num_hidden_layers"],
  ["n_heads", "num_attention_heads"],
  ["n_kv_heads", "num_key_value_heads"],
  ["max_sequence_length", "max_position_embeddings"],
  ["weight_tying", "tie_word_embeddings"],
  ["include_bias", "attention_bias"],
  ["architectures", "architectures"],
  ["torch_dtype", "torch_dtype"],
  ["quantization_config", "quantization_config"],
];

export function isOlmo(value: unknown): value is Json {
  return isRecord(value) && "mlp_ratio" in value && "weight_tying" in value && "n_layers" in value;
}

export function configFromOlmo(file: Json): Json {
  const config: Json = {};
  for (const [theirs, ours] of NAMES) if (file[theirs] !== undefined) config[ours] = file[theirs];
  // The embedding has more rows than there are words.
  config.vocab_size = file.embedding_size ?? file.vocab_size;
  config.mlp_bias = file.include_bias ?? false;
  config.intermediate_size = feedForwardWidth(file);
  if (file.multi_query_attention === true) config.num_key_value_heads ??= 1;
  config.model_type = readable(file) ? "olmo" : "olmo with norms or positions of another kind";
  return config;
}

/** The stated width counts gate and up together. */
function feedForwardWidth(file: Json): unknown {
  const { mlp_hidden_size: stated, mlp_ratio: ratio, d_model: hidden } = file;
  const both =
    stated ?? (typeof ratio === "number" && typeof hidden === "number" ? ratio * hidden : null);
  if (typeof both !== "number") return both;
  return file.activation_type === "swiglu" ? both / 2 : both;
}

/** What the library's class has: gated layers, norms without weights, rotary positions. */
function readable(file: Json): boolean {
  const norm = file.layer_norm_type ?? "default";
  return (
    (norm === "default" || norm === "low_precision") &&
    file.layer_norm_with_affine !== true &&
    file.attention_layer_norm !== true &&
    file.alibi !== true &&
    file.rope !== false &&
    file.activation_type === "swiglu"
  );
}
