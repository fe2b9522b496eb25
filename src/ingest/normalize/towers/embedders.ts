/** What embedding models have beside their layers: adapters for each task (Jina 3), a pool of latents (NV-Embed), a table of relative positions (DeBERTa). */
import type { Architecture, Component } from "../../../estimator/architecture.ts";
import type { Sections } from "../sections.ts";
import { Sizes } from "./sizes.ts";

export function readEmbedderParts(sections: Sections, model: Architecture): Component[] {
  const top = new Sizes(sections.top);
  const latents = top.section("latent_attention_config");
  const parts: Component[] = [];
  const tasks = sections.top.lora_adaptations;
  if (Array.isArray(tasks)) {
    const parameters = tasks.length * top.number("lora_rank", 4) * adaptedWidths(model);
    parts.push({ kind: "other", parameters, note: "lora_adaptations" });
  }
  if (latents !== null) {
    const parameters = latentPool(latents, model.hiddenSize);
    parts.push({ kind: "other", parameters, note: "latent_attention_config" });
  }
  if (top.flag("relative_attention", false)) {
    const parameters = relativePositions(top, model);
    parts.push({ kind: "other", parameters, note: "relative_attention" });
  }
  return parts;
}

/** DeBERTa: one row for each distance in both directions, a norm over them, and in the largest a convolution. */
function relativePositions(
  top: Sizes,
  { hiddenSize: hidden, contextLength }: Architecture,
): number {
  const distances = top.number(
    "position_buckets max_relative_positions",
    top.number("max_position_embeddings", contextLength ?? 512),
  );
  const normed = (top.text("norm_rel_ebd") ?? "").includes("layer_norm") ? 2 * hidden : 0;
  const kernel = top.number("conv_kernel_size", 0);
  const convolution = kernel === 0 ? 0 : kernel * hidden * hidden + 3 * hidden;
  return 2 * distances * hidden + normed + convolution;
}

/** Inputs and outputs of every matrix that an adapter of rank one would sit beside. */
function adaptedWidths({
  hiddenSize: hidden,
  vocabSize,
  tokenTypes = 0,
  layers,
}: Architecture): number {
  let widths = vocabSize + hidden + (tokenTypes > 0 ? tokenTypes + hidden : 0) + 2 * hidden;
  for (const { count, feedForward } of layers) {
    const inner = feedForward.kind === "dense" ? feedForward.width : 0;
    widths += count * (4 * hidden + 2 * hidden + 2 * (hidden + inner));
  }
  return widths;
}

/** Tokens look at learned latents through one block of cross-attention and a gated feed-forward. */
function latentPool(latents: Sizes, hidden: number): number {
  const inner = latents.number("num_cross_heads", 8) * latents.number("cross_dim_head", 4096);
  const attention = 4 * hidden * inner;
  const width = hidden * latents.number("mult", 4);
  const feedForward = 2 * (hidden * width + width) + width * hidden + hidden;
  const norms = 3 * 2 * hidden;
  return latents.number("num_latents_value", 512) * hidden + attention + feedForward + norms;
}
