/** The first Mamba models, whose files name neither a class nor a type: the arguments of `mamba_ssm`. */
import { isRecord, type Json } from "../reader.ts";

export function isStateSpaces(value: unknown): value is Json {
  return isRecord(value) && isRecord(value.ssm_cfg) && "d_model" in value && "n_layer" in value;
}

export function configFromStateSpaces(file: Json): Json {
  const block = isRecord(file.ssm_cfg) ? file.ssm_cfg : {};
  const second = block.layer === "Mamba2";
  const heads = second ? { head_dim: block.headdim ?? 64, n_groups: block.ngroups ?? 1 } : {};
  return {
    model_type: isPure(file) ? (second ? "mamba2" : "mamba") : "mamba_ssm with attention",
    hidden_size: file.d_model,
    num_hidden_layers: file.n_layer,
    vocab_size: padded(file.vocab_size, file.pad_vocab_size_multiple ?? 8),
    tie_word_embeddings: file.tie_embeddings ?? true,
    state_size: block.d_state ?? (second ? 128 : 16),
    conv_kernel: block.d_conv ?? 4,
    expand: block.expand ?? 2,
    ...heads,
  };
}

/** Some of these models have attention or a feed-forward between their blocks, of a kind of their own. */
function isPure({ attn_layer_idx: attention, d_intermediate: width }: Json): boolean {
  return (!Array.isArray(attention) || attention.length === 0) && (width ?? 0) === 0;
}

function padded(words: unknown, step: unknown): unknown {
  if (typeof words !== "number" || typeof step !== "number" || step < 1) return words;
  return step * Math.ceil(words / step);
}
