/**
 * The GGUF metadata of an architecture, as far as llama.cpp needs it to lay out a cache: the inverse of
 * reading one. Values that do not change sizes are plausible constants.
 */
import type { Architecture, LayerGroup, Mixer } from "../../src/estimator/index.ts";
import type { GgufValue } from "./gguf-writer.ts";
import type { OracleModel } from "./llama.ts";

type Metadata = Record<string, GgufValue>;

export function oracleModel(architecture: Architecture): OracleModel {
  const name = architecture.ggufArchitecture;
  if (name === null) throw new Error("llama.cpp has no architecture for it");
  const layers = architecture.layers.flatMap((group) =>
    Array.from({ length: group.count }, () => group),
  );
  const keys: Metadata = {
    ...CONSTANTS,
    context_length: Math.min(architecture.contextLength ?? 131_072, 2 ** 31),
    embedding_length: architecture.hiddenSize,
    block_count: layers.length,
    vocab_size: architecture.vocabSize,
    "attention.layer_norm_rms_epsilon": { float: 1e-5 },
    "attention.layer_norm_epsilon": { float: 1e-5 },
    ...attentionKeys(layers),
    ...feedForwardKeys(layers),
    ...stateKeys(layers),
  };
  const metadata: Metadata = { "general.architecture": name, "tokenizer.ggml.model": "none" };
  for (const [key, value] of Object.entries(keys)) metadata[`${name}.${key}`] = value;
  const layerKeys = layers.map((layer) => `${layer.mixer.kind} ${layer.feedForward.kind}`);
  return { metadata, layerKeys, optional: optionalTensors(layers) };
}

const attentionOf = (mixer: Mixer) => (mixer.kind === "parallel" ? mixer.branches[0] : mixer);

/** One number when all layers agree, else a list. */
function perLayer(values: number[]): number | number[] {
  return values.every((value) => value === values[0]) ? (values[0] ?? 0) : values;
}

function attentionKeys(layers: LayerGroup[]): Metadata {
  const mixers = layers.map((layer) => attentionOf(layer.mixer));
  const latent = mixers.find((mixer) => mixer.kind === "latent");
  if (latent !== undefined) {
    const { indexer } = latent;
    return {
      "attention.head_count": latent.heads,
      "attention.head_count_kv": perLayer(mixers.map((m) => (m.kind === "latent" ? 1 : 0))),
      "attention.key_length": latent.kvLoraRank + latent.ropeHeadDim,
      "attention.value_length": latent.kvLoraRank,
      "attention.key_length_mla": latent.nopeHeadDim + latent.ropeHeadDim,
      "attention.value_length_mla": latent.valueDim,
      "attention.kv_lora_rank": latent.kvLoraRank,
      "rope.dimension_count": latent.ropeHeadDim,
      ...(latent.qLoraRank === null ? {} : { "attention.q_lora_rank": latent.qLoraRank }),
      ...(indexer ? indexerKeys(indexer) : {}),
    };
  }
  const full = mixers.filter((mixer) => mixer.kind === "attention");
  const [first] = full;
  if (first === undefined) return { "attention.head_count": 0, "attention.head_count_kv": 0 };
  const slides = full.find((mixer) => mixer.window !== null);
  const wide = full.find((mixer) => mixer.window === null) ?? first;
  const one = new Set(["deltaNet", "lightning"]);
  const scorer = full.find((mixer) => mixer.indexer)?.indexer;
  const shared = full.filter((mixer) => mixer.cache === "shared").length;
  return {
    "attention.head_count": perLayer(
      mixers.map((m) => ("heads" in m && m.kind === "attention" ? m.heads : first.heads)),
    ),
    "attention.head_count_kv": perLayer(
      mixers.map((m) => (m.kind === "attention" ? m.kvHeads : one.has(m.kind) ? first.kvHeads : 0)),
    ),
    "attention.key_length": wide.keyDim,
    "attention.value_length": wide.valueDim,
    "rope.dimension_count": wide.keyDim,
    ...(slides && {
      "attention.sliding_window": slides.window?.tokens ?? 0,
      "attention.key_length_swa": slides.keyDim,
      "attention.value_length_swa": slides.valueDim,
      "attention.sliding_window_pattern": mixers.map((m) =>
        m.kind === "attention" && m.window !== null ? 1 : 0,
      ),
    }),
    ...(shared > 0 ? { "attention.shared_kv_layers": shared } : {}),
    ...(mixers.some((m) => one.has(m.kind)) ? { full_attention_interval: interval(mixers) } : {}),
    ...(scorer ? indexerKeys(scorer) : {}),
  };
}

function indexerKeys(indexer: { heads: number; headDim: number; topK: number }): Metadata {
  return {
    "attention.indexer.head_count": indexer.heads,
    "attention.indexer.key_length": indexer.headDim,
    "attention.indexer.top_k": indexer.topK,
  };
}

/** Layers from one attention layer to the next. */
function interval(mixers: Mixer[]): number {
  return mixers.findIndex((mixer) => mixer.kind === "attention") + 1;
}

function feedForwardKeys(layers: LayerGroup[]): Metadata {
  const kinds = layers.map((layer) => layer.feedForward);
  const moe = kinds.find((kind) => kind.kind === "moe");
  const widths = kinds.map((kind) =>
    kind.kind === "dense" ? kind.width : kind.kind === "moe" ? kind.expertWidth : 0,
  );
  if (moe === undefined) return { feed_forward_length: perLayer(widths) };
  return {
    feed_forward_length: perLayer(widths),
    expert_count: moe.experts,
    expert_used_count: moe.activeExperts,
    expert_feed_forward_length: moe.expertWidth,
    expert_shared_count: moe.sharedExperts,
    expert_shared_feed_forward_length: moe.sharedWidth,
    expert_gating_func: 2,
    expert_weights_scale: { float: 1 },
    expert_weights_norm: true,
    leading_dense_block_count: kinds.findIndex((kind) => kind.kind === "moe"),
    interleave_moe_layer_step: 1,
  };
}

function stateKeys(layers: LayerGroup[]): Metadata {
  const keys: Metadata = {};
  for (const { mixer } of layers) {
    const state = mixer.kind === "parallel" ? mixer.branches[1] : mixer;
    if (state.kind === "mamba") {
      Object.assign(keys, ssm(state.convKernel, state.innerSize, state.stateSize), {
        "ssm.time_step_rank": state.heads || state.timeStepRank,
        ...(state.groups > 0 ? { "ssm.group_count": state.groups } : {}),
      });
    } else if (state.kind === "deltaNet") {
      Object.assign(keys, ssm(state.convKernel, state.valueHeads * state.valueDim, state.keyDim), {
        "ssm.time_step_rank": state.valueHeads,
        "ssm.group_count": state.keyHeads,
        "rope.dimension_sections": [11, 11, 10, 0],
      });
    } else if (state.kind === "kimiDelta") {
      Object.assign(keys, { "kda.head_dim": state.headDim, "ssm.conv_kernel": state.convKernel });
    } else if (state.kind === "shortConv") {
      keys["shortconv.l_cache"] = state.kernel;
    } else if (state.kind === "lightning") {
      keys.residual_scale = { float: 1 };
    }
  }
  return keys;
}

function ssm(conv: number, inner: number, state: number): Metadata {
  return { "ssm.conv_kernel": conv, "ssm.inner_size": inner, "ssm.state_size": state };
}

/** Tensors that the loader takes as optional but the graph needs. */
function optionalTensors(layers: LayerGroup[]): string[] {
  return layers.flatMap(({ mixer }, layer) =>
    optionalOf(mixer).map((name) => `blk.${layer}.${name}`),
  );
}

function optionalOf(mixer: Mixer): string[] {
  switch (mixer.kind) {
    case "deltaNet":
      return ["attn_qkv.weight", "attn_gate.weight"];
    case "mamba":
      return ["ssm_conv1d.bias"];
    case "parallel":
      return ["ssm_conv1d.bias"];
    case "attention":
      return mixer.weights.fusedQkv ? ["attn_qkv.weight"] : [];
    default:
      return [];
  }
}

/** Keys that some architectures insist on; none of them changes a size. */
const CONSTANTS: Metadata = {
  "rope.dimension_sections": [16, 24, 24, 0],
  "attention.clamp_kqv": { float: 8 },
  logit_scale: { float: 1 },
  residual_scale: { float: 1 },
  embedding_scale: { float: 1 },
  "attention.scale": { float: 1 },
  embedding_length_per_layer_input: 0,
  "attn_res.block_size": 0,
  "activation.situ_beta": { float: 4 },
  "activation.situ_linear_beta": { float: 25 },
};
