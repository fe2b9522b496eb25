/** Tensors of one layer: its norms, mixer and feed-forward, and what some families add to each. */
import type { Architecture, LayerGroup } from "../architecture.ts";
import { LATENT_EXPANDED } from "../engines/llamacpp.ts";
import { attentionTensors, compressedTensors, latentTensors } from "./attention.ts";
import { feedForwardTensors } from "./feed-forward.ts";
import {
  deltaNetTensors,
  kimiDeltaTensors,
  lightningTensors,
  mambaTensors,
  matrixMemoryTensors,
  rgLruTensors,
  rwkvTensors,
  shortConvTensors,
} from "./recurrent.ts";
import type { TensorList } from "./tensor.ts";

/** Architectures whose converter leaves the router in the publisher's type. */
const SOURCE_ROUTER = new Set(["dbrx", "deepseek4"]);

export function layerTensors(
  list: TensorList,
  architecture: Architecture,
  group: LayerGroup,
): void {
  const { hiddenSize: hidden, norms, perLayerEmbedding, altUp } = architecture;
  list.part = "norms";
  if (norms.kind !== "none") {
    const perLayer = group.norms ?? norms.perLayer;
    for (let i = 0; i < perLayer; i++) list.norm(`norm_${i}`, hidden, norms.bias);
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
  for (const [i, { columns, rows }] of (group.extras ?? []).entries()) {
    if (rows === 1) list.f32(`extra_${i}.weight`, columns);
    else list.matrix(`extra_${i}`, columns, rows);
  }
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
      const mixed = architecture.hyperConnections?.mixed !== false;
      const mix = (mixed ? 2 + streams : 2) * streams;
      list.matrix(`hc_${half}_fn`, hidden * streams, mix, { storage: "source" });
      list.f32(`hc_${half}_base.weight`, mix);
      list.f32(`hc_${half}_scale.weight`, mixed ? 3 : 2);
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
    case "rgLru":
      rgLruTensors(list, mixer, hidden);
      break;
    case "matrixMemory":
      matrixMemoryTensors(list, mixer, hidden);
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
  const { heads, kvHeads, keyDim, valueDim, sourceWidth, ...cross } = group.crossAttention!;
  const hidden = architecture.hiddenSize;
  const source = sourceWidth ?? hidden;
  const bias = cross.bias === true;
  const matrices: [name: string, columns: number, rows: number, bias: boolean][] = [
    ["cross_attn_q", hidden, heads * keyDim, bias],
    ["cross_attn_k", source, kvHeads * keyDim, bias && cross.keyUnbiased !== true],
    ["cross_attn_v", source, kvHeads * valueDim, bias],
    ["cross_attn_o", heads * valueDim, hidden, bias],
  ];
  for (const [name, columns, rows, hasBias] of matrices) {
    list.matrix(name, columns, rows);
    list.bias(hasBias, name, rows);
  }
}
