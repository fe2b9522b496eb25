/** Tensors of the feed-forward half of a layer: dense, or a mixture of experts. */
import type { DenseFeedForward, FeedForward, MoeFeedForward } from "../architecture.ts";
import type { TensorList } from "./tensor.ts";

export function feedForwardTensors(
  list: TensorList,
  feedForward: FeedForward,
  hidden: number,
  quirks: FeedForwardQuirks,
): void {
  list.part = "feedForward";
  if (feedForward.kind === "dense") denseTensors(list, feedForward, hidden);
  if (feedForward.kind === "moe") moeTensors(list, feedForward, hidden, quirks);
}

export interface FeedForwardQuirks {
  /** The router keeps the converter's 16-bit type (DBRX). */
  sourceRouter: boolean;
  /** The router is a table from token to experts of this many entries instead of a bias (DeepSeek V4). */
  routerTable: number;
}

function denseTensors(list: TensorList, dense: DenseFeedForward, hidden: number): void {
  const { width, gated, bias } = dense;
  if (gated && dense.fusedGateUp) {
    list.matrix("ffn_up", hidden, 2 * width);
    list.bias(bias, "ffn_up", 2 * width);
  } else {
    if (gated) {
      list.matrix("ffn_gate", hidden, width);
      list.bias(bias, "ffn_gate", width);
    }
    list.matrix("ffn_up", hidden, width);
    list.bias(bias, "ffn_up", width);
  }
  list.matrix("ffn_down", width, hidden);
  list.bias(bias, "ffn_down", hidden);
  if (dense.innerNorm) {
    list.f32("ffn_sub_norm.weight", width);
  }
  if (dense.activationParameters) list.metadata("activation", dense.activationParameters);
}

function moeTensors(
  list: TensorList,
  moe: MoeFeedForward,
  hidden: number,
  quirks: FeedForwardQuirks,
): void {
  const { experts, expertWidth, gated, bias, sharedWidth, latentWidth } = moe;
  const storage = quirks.sourceRouter ? "source" : "f32";
  const choices = experts + (moe.idleExperts ?? 0);
  list.matrix("ffn_gate_inp", hidden, choices, { storage });
  list.bias(bias, "ffn_gate_inp", choices);
  if (quirks.routerTable > 0) {
    list.f32("ffn_gate_tid2eid.weight", quirks.routerTable, { modelElements: 0 });
  } else if (moe.routerBias) {
    // A buffer that training adjusts by rule: stored, but not a learned parameter.
    list.f32("exp_probs_b.bias", choices, moe.routerBiasLearned ? {} : { modelElements: 0 });
  }
  if (moe.routerScale) {
    list.f32("ffn_gate_inp.scale", hidden);
    list.f32("ffn_down_exps.scale", experts);
  }
  const input = latentWidth > 0 ? latentWidth : hidden;
  if (latentWidth > 0) {
    list.matrix("ffn_latent_down", hidden, latentWidth);
    list.matrix("ffn_latent_up", latentWidth, hidden);
  }
  const routed = {
    part: "experts",
    stacked: experts > 1,
    activeFraction: moe.activeExperts / choices,
  } as const;
  const matrices: [string, number, number][] = [
    ["ffn_up_exps", input, expertWidth],
    ["ffn_down_exps", expertWidth, input],
  ];
  if (gated) matrices.unshift(["ffn_gate_exps", input, expertWidth]);
  for (const [name, columns, rows] of matrices) {
    list.matrix(name, columns, rows * experts, routed);
    list.bias(bias, name, rows * experts, { ...routed, stacked: false });
  }
  if (moe.pictureExperts) pictureExperts(list, moe, hidden, moe.pictureExperts);
  if (sharedWidth > 0) {
    if (gated) list.matrix("ffn_gate_shexp", hidden, sharedWidth);
    list.matrix("ffn_up_shexp", hidden, sharedWidth);
    list.matrix("ffn_down_shexp", sharedWidth, hidden);
    if (moe.sharedGate) list.f32("ffn_gate_inp_shexp.weight", hidden);
  }
  if (moe.denseWidth > 0) {
    denseTensors(list, { kind: "dense", width: moe.denseWidth, gated, bias: false }, hidden);
  }
}

/** Held like the others, with a router of their own, and never visited by text. */
function pictureExperts(
  list: TensorList,
  { gated, routerBias, routerBiasLearned }: MoeFeedForward,
  hidden: number,
  { experts, width }: { experts: number; width: number },
): void {
  const idle = { part: "experts", stacked: true, activeFraction: 0 } as const;
  list.matrix("ffn_gate_inp_pic", hidden, experts, { storage: "f32", activeFraction: 0 });
  const learned = routerBiasLearned ? {} : { modelElements: 0 };
  list.bias(routerBias, "exp_probs_b_pic", experts, { activeFraction: 0, ...learned });
  list.matrix("ffn_up_exps_pic", hidden, (gated ? 2 : 1) * width * experts, idle);
  list.matrix("ffn_down_exps_pic", width, hidden * experts, idle);
}
