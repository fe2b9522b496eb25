/**
 * Every tensor of the GGUF file that llama.cpp's converter writes for an architecture. The list gives
 * parameter counts, file sizes for any quantization, and the split between accelerator and host.
 */
import type { Architecture, LayerGroup } from "../architecture.ts";
import { LATENT_EXPANDED } from "../engines/llamacpp.ts";
import { attentionTensors, compressedTensors, latentTensors } from "./attention.ts";
import { feedForwardTensors } from "./feed-forward.ts";
import { mtpTensors } from "./mtp.ts";
import {
  deltaNetTensors,
  kimiDeltaTensors,
  lightningTensors,
  mambaTensors,
  rwkvTensors,
  shortConvTensors,
} from "./recurrent.ts";
import { type Tensor, TensorList } from "./tensor.ts";

/** `withMtp`: include the extra prediction layers, which llama.cpp loads only on demand. */
export function inventory(architecture: Architecture, withMtp = false): Tensor[] {
  const list = new TensorList();
  topTensors(list, architecture);
  let first = 0;
  for (const group of architecture.layers) {
    // Layers before the hash limit have another router, and the first RWKV layer other ranks.
    for (const [layer, repeats] of splitGroup(architecture, first, group.count)) {
      list.layer = layer;
      list.repeats = repeats;
      layerTensors(list, architecture, group);
    }
    first += group.count;
  }
  encoderTensors(list, architecture, first);
  const last = lastFullLayer(architecture);
  if (withMtp && last !== undefined) {
    list.layer = first;
    list.repeats = architecture.mtp?.count ?? 0;
    mtpTensors(list, architecture, () => layerTensors(list, architecture, last));
  }
  return list.tensors;
}

/** The other stack of an encoder-decoder, behind the decoder's layers, with its own final norm. */
function encoderTensors(list: TensorList, architecture: Architecture, first: number): void {
  const groups = architecture.encoderLayers ?? [];
  let layer = first;
  for (const group of groups) {
    list.layer = layer;
    list.repeats = group.count;
    layerTensors(list, architecture, { ...group, norms: group.norms ?? 2 });
    layer += group.count;
  }
  list.layer = null;
  list.repeats = 1;
  list.part = "norms";
  if (groups.length > 0 && architecture.norms.final) {
    norm(list, "enc.output_norm", architecture.hiddenSize, architecture.norms.bias);
  }
  const buckets = architecture.relativePositionBuckets ?? 0;
  const [attention] = architecture.layers;
  if (buckets === 0 || attention?.mixer.kind !== "attention") return;
  list.part = "attention";
  const stacks = groups.length > 0 ? 2 : 1;
  list.matrix("attn_rel_b", attention.mixer.heads, buckets * stacks, { storage: "source" });
}

/** Architectures whose converter leaves the router in the publisher's type. */
const SOURCE_ROUTER = new Set(["dbrx", "deepseek4"]);

/** The layer that prediction layers repeat: the last that attends. */
function lastFullLayer(architecture: Architecture): LayerGroup | undefined {
  const attends = new Set(["attention", "latent", "compressed"]);
  return architecture.layers.findLast(({ mixer }) => attends.has(mixer.kind));
}

/** Cuts a run of layers where the file's layout changes although the layers are alike. */
function splitGroup(
  architecture: Architecture,
  first: number,
  count: number,
): [layer: number, repeats: number][] {
  const hash = architecture.hyperConnections?.hashLayers ?? 0;
  const cuts = [1, hash].filter((cut) => cut > first && cut < first + count);
  const edges = [first, ...new Set(cuts.sort((a, b) => a - b)), first + count];
  return edges.slice(0, -1).map((edge, i) => [edge, edges[i + 1]! - edge]);
}

function topTensors(list: TensorList, architecture: Architecture): void {
  const { hiddenSize: hidden, norms } = architecture;
  const vocab = architecture.ggufVocabSize ?? architecture.vocabSize;
  list.part = "embedding";
  list.matrix("token_embd", hidden, vocab, {
    host: true,
    modelElements: hidden * architecture.vocabSize,
  });
  if (architecture.learnedPositions > 0) {
    list.f32("position_embd.weight", hidden * architecture.learnedPositions, { host: true });
  }
  const perLayer = architecture.perLayerEmbedding;
  if (perLayer) {
    const layers = architecture.layers.reduce((sum, group) => sum + group.count, 0);
    const width = perLayer.width * layers;
    list.matrix("per_layer_token_embd", width, perLayer.ggufVocabSize ?? perLayer.vocabSize, {
      host: true,
      modelElements: width * perLayer.vocabSize,
    });
    list.matrix("per_layer_model_proj", hidden, width, { storage: "source" });
    list.f32("per_layer_proj_norm.weight", perLayer.width);
  }
  const altUp = architecture.altUp;
  if (altUp) {
    const square = { storage: "source", stacked: true } as const;
    list.matrix("altup_proj", hidden, hidden * (altUp.inputs - 1), square);
    list.matrix("altup_unembd_proj", hidden, hidden * (altUp.inputs - 1), square);
  }
  list.part = "norms";
  if (norms.afterEmbedding) norm(list, "token_embd_norm", hidden, norms.bias);
  if (norms.final && norms.kind !== "none") norm(list, "output_norm", hidden, norms.bias);
  if (architecture.ropeFactorElements > 0) {
    list.f32("rope_freqs.weight", architecture.ropeFactorElements, { modelElements: 0 });
  }
  list.part = "outputHead";
  const streams = architecture.hyperConnections?.streams ?? 0;
  if (streams > 0) {
    list.matrix("output_hc_fn", hidden * streams, streams, { storage: "source" });
    list.f32("output_hc_base.weight", streams);
    list.f32("output_hc_scale.weight", 1);
  }
  if (!architecture.outputHead) return;
  if (!architecture.tiedEmbeddings) {
    list.matrix("output", hidden, vocab, { modelElements: hidden * architecture.vocabSize });
  }
  list.bias(architecture.outputHeadBias, "output", vocab);
}

function norm(list: TensorList, name: string, elements: number, bias: boolean): void {
  list.f32(`${name}.weight`, elements);
  list.bias(bias, name, elements);
}

function layerTensors(list: TensorList, architecture: Architecture, group: LayerGroup): void {
  const { hiddenSize: hidden, norms, perLayerEmbedding, altUp } = architecture;
  list.part = "norms";
  if (norms.kind !== "none") {
    const perLayer = group.norms ?? norms.perLayer;
    for (let i = 0; i < perLayer; i++) norm(list, `norm_${i}`, hidden, norms.bias);
  }
  if (architecture.layerScale) list.f32("layer_output_scale.weight", 1, { modelElements: 0 });
  list.part = "attention";
  mixerTensors(list, architecture, group);
  if (group.crossAttention) crossAttentionTensors(list, architecture, group);
  if (group.mixer.kind !== "rwkv") {
    const hashed = (list.layer ?? 0) < (architecture.hyperConnections?.hashLayers ?? 0);
    const moe = group.feedForward.kind === "moe" ? group.feedForward : null;
    feedForwardTensors(list, group.feedForward, hidden, {
      sourceRouter: SOURCE_ROUTER.has(architecture.ggufArchitecture ?? ""),
      routerTable: hashed && moe ? moe.activeExperts * architecture.vocabSize : 0,
    });
  }
  list.part = "feedForward";
  if (perLayerEmbedding) {
    list.matrix("inp_gate", hidden, perLayerEmbedding.width);
    list.matrix("proj", perLayerEmbedding.width, hidden);
    list.f32("post_norm.weight", hidden);
  }
  if (altUp) {
    const { inputs, laurelRank } = altUp;
    list.f32("altup_correct_coef.weight", inputs * inputs);
    list.f32("altup_correct_scale.weight", hidden);
    list.f32("altup_predict_coef.weight", inputs * inputs * inputs);
    list.matrix("altup_router", hidden, inputs, { storage: "source" });
    list.f32("altup_router_norm.weight", hidden);
    list.matrix("laurel_l", hidden, laurelRank, { storage: "source" });
    list.matrix("laurel_r", laurelRank, hidden, { storage: "source" });
    list.f32("laurel_post_norm.weight", hidden);
  }
  const streams = architecture.hyperConnections?.streams ?? 0;
  if (streams > 0) {
    for (const half of ["attn", "ffn"]) {
      const mix = (2 + streams) * streams;
      list.matrix(`hc_${half}_fn`, hidden * streams, mix, { storage: "source" });
      list.f32(`hc_${half}_base.weight`, mix);
      list.f32(`hc_${half}_scale.weight`, 3);
    }
  }
}

function mixerTensors(list: TensorList, architecture: Architecture, group: LayerGroup): void {
  const { hiddenSize: hidden } = architecture;
  const name = architecture.ggufArchitecture ?? "";
  const { mixer, feedForward } = group;
  switch (mixer.kind) {
    case "attention":
      attentionTensors(list, mixer, hidden);
      break;
    case "latent":
      latentTensors(list, mixer, hidden, LATENT_EXPANDED.has(name));
      break;
    case "compressed":
      compressedTensors(list, mixer, hidden);
      break;
    case "mamba":
      mambaTensors(list, mixer, hidden);
      break;
    case "deltaNet":
      deltaNetTensors(list, mixer, hidden, name === "qwen3next");
      break;
    case "kimiDelta":
      kimiDeltaTensors(list, mixer, hidden, name === "kimi-k3");
      break;
    case "lightning":
      lightningTensors(list, mixer, hidden);
      break;
    case "shortConv":
      shortConvTensors(list, mixer, hidden);
      break;
    case "rwkv": {
      const width = feedForward.kind === "dense" ? feedForward.width : 4 * hidden;
      rwkvTensors(list, mixer, hidden, width, list.layer === 0);
      break;
    }
    case "parallel":
      attentionTensors(list, mixer.branches[0], hidden);
      mambaTensors(list, mixer.branches[1], hidden);
      break;
    case "none":
      break;
  }
}

function crossAttentionTensors(
  list: TensorList,
  architecture: Architecture,
  group: LayerGroup,
): void {
  const cross = group.crossAttention!;
  const hidden = architecture.hiddenSize;
  list.matrix("cross_attn_q", hidden, cross.heads * cross.keyDim);
  list.matrix("cross_attn_k", hidden, cross.kvHeads * cross.keyDim);
  list.matrix("cross_attn_v", hidden, cross.kvHeads * cross.valueDim);
  list.matrix("cross_attn_o", cross.heads * cross.valueDim, hidden);
}
