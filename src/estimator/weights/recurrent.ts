/** Tensors of the mixers that carry a state instead of a growing cache. */
import type {
  DeltaNetMixer,
  KimiDeltaMixer,
  LightningMixer,
  MambaMixer,
  MatrixMemoryMixer,
  RgLruMixer,
  RwkvMixer,
  ShortConvMixer,
} from "../architecture.ts";
import type { TensorList } from "./tensor.ts";

export function mambaTensors(list: TensorList, mixer: MambaMixer, hidden: number): void {
  const { version, innerSize, stateSize, convKernel, groups, heads, timeStepRank } = mixer;
  const conv = innerSize + 2 * groups * stateSize;
  const input = version === 1 ? 2 * innerSize : innerSize + conv + heads;
  list.matrix("ssm_in", hidden, input);
  list.bias(mixer.projectionBias, "ssm_in", input);
  list.f32("ssm_conv1d.weight", convKernel * conv);
  list.bias(mixer.convBias, "ssm_conv1d", conv);
  if (version === 1) {
    list.matrix("ssm_x", innerSize, timeStepRank + 2 * stateSize);
    const steps = mixer.perHead ? heads : innerSize;
    list.matrix("ssm_dt", timeStepRank, steps);
    list.bias(true, "ssm_dt", steps);
    // The accelerator's scan for version 1 does not take this matrix: llama.cpp leaves it with the host.
    list.f32("ssm_a", mixer.perHead ? heads : stateSize * innerSize, { host: !mixer.perHead });
    list.f32("ssm_d", steps);
    if (mixer.innerNorm) {
      list.f32("ssm_dt_norm.weight", timeStepRank);
      list.f32("ssm_b_norm.weight", stateSize);
      list.f32("ssm_c_norm.weight", stateSize);
    }
  } else {
    list.bias(true, "ssm_dt", heads);
    list.f32("ssm_a", heads);
    list.f32("ssm_d", heads);
    if (mixer.innerNorm) list.f32("ssm_norm.weight", innerSize);
  }
  list.matrix("ssm_out", innerSize, hidden);
  list.bias(mixer.projectionBias, "ssm_out", hidden);
}

/**
 * `joined`: one matrix for beta and alpha, as Qwen3-Next publishes them; later releases have two.
 */
export function deltaNetTensors(
  list: TensorList,
  mixer: DeltaNetMixer,
  hidden: number,
  joined: boolean,
): void {
  const key = mixer.keyHeads * mixer.keyDim;
  const value = mixer.valueHeads * mixer.valueDim;
  list.matrix("attn_qkv", hidden, 2 * key + value);
  list.matrix("attn_gate", hidden, value);
  list.f32("ssm_conv1d.weight", mixer.convKernel * (2 * key + value));
  list.bias(true, "ssm_dt", mixer.valueHeads);
  list.f32("ssm_a", mixer.valueHeads);
  if (joined) {
    list.matrix("ssm_ba", hidden, 2 * mixer.valueHeads);
  } else {
    list.matrix("ssm_beta", hidden, mixer.valueHeads);
    list.matrix("ssm_alpha", hidden, mixer.valueHeads);
  }
  list.f32("ssm_norm.weight", mixer.valueDim);
  list.matrix("ssm_out", value, hidden);
}

/** `fullGate`: the output gate is one square matrix (Kimi K3) instead of a low-rank pair. */
export function kimiDeltaTensors(
  list: TensorList,
  mixer: KimiDeltaMixer,
  hidden: number,
  fullGate: boolean,
): void {
  const { heads, headDim, convKernel } = mixer;
  const inner = heads * headDim;
  for (const letter of ["q", "k", "v"]) {
    list.matrix(`attn_${letter}`, hidden, inner);
    list.f32(`ssm_conv1d_${letter}.weight`, convKernel * inner);
  }
  list.matrix("ssm_f_a", hidden, headDim);
  list.matrix("ssm_f_b", headDim, inner);
  list.matrix("ssm_beta", hidden, heads);
  list.f32("ssm_a", heads);
  list.bias(true, "ssm_dt", inner);
  if (fullGate) {
    list.matrix("ssm_g", hidden, inner);
  } else {
    list.matrix("ssm_g_a", hidden, headDim);
    list.matrix("ssm_g_b", headDim, inner);
  }
  list.f32("ssm_norm.weight", headDim);
  list.matrix("attn_output", inner, hidden);
}

export function lightningTensors(list: TensorList, mixer: LightningMixer, hidden: number): void {
  const inner = mixer.heads * mixer.headDim;
  list.f32("attn_norm_2.weight", inner);
  list.matrix("attn_qkv", hidden, 3 * inner);
  list.matrix("attn_gate", hidden, inner);
  list.matrix("attn_output", inner, hidden);
}

export function shortConvTensors(list: TensorList, mixer: ShortConvMixer, hidden: number): void {
  list.f32("shortconv.conv.weight", mixer.kernel * hidden);
  list.matrix("shortconv.in_proj", hidden, 3 * hidden);
  list.matrix("shortconv.out_proj", hidden, hidden);
}

/** Two branches of the stream, one through convolution and recurrence, joined by a product. */
export function rgLruTensors(list: TensorList, mixer: RgLruMixer, hidden: number): void {
  const { width, heads, convKernel } = mixer;
  for (const name of ["x", "y"]) {
    list.matrix(`rec_${name}`, hidden, width);
    list.bias(true, `rec_${name}`, width);
  }
  list.f32("rec_conv1d.weight", convKernel * width);
  list.bias(true, "rec_conv1d", width);
  list.f32("rec_a", width);
  for (const gate of ["input", "recurrent"]) {
    list.matrix(`rec_gate_${gate}`, width / heads, width, { stacked: true });
    list.bias(true, `rec_gate_${gate}`, width);
  }
  list.matrix("rec_out", width, hidden);
  list.bias(true, "rec_out", hidden);
}

export function matrixMemoryTensors(
  list: TensorList,
  mixer: MatrixMemoryMixer,
  hidden: number,
): void {
  const key = mixer.heads * mixer.keyDim;
  const value = mixer.heads * mixer.valueDim;
  list.matrix("attn_q", hidden, key);
  list.matrix("attn_k", hidden, key);
  list.matrix("attn_v", hidden, value);
  list.matrix("attn_gate", hidden, value);
  for (const gate of ["i", "f"]) {
    list.matrix(`mlstm_${gate}`, hidden, mixer.heads);
    list.bias(true, `mlstm_${gate}`, mixer.heads);
  }
  list.f32("mlstm_norm.weight", value);
  list.matrix("attn_output", value, hidden);
}

/**
 * Versions 4 and 5: decay and bonus per channel, and one mixing vector for each projection. Version 5
 * has heads, whose results are normalised and gated.
 */
function earlyRwkvTensors(
  list: TensorList,
  version: 4 | 5,
  hidden: number,
  channelWidth: number,
): void {
  const gated = version === 5 ? ["lerp_g", "ln"] : [];
  for (const name of ["decay", "first", "lerp_k", "lerp_v", "lerp_r", ...gated]) {
    list.f32(`time_mix_${name}.weight`, hidden);
  }
  list.bias(version === 5, "time_mix_ln", hidden);
  const gate = version === 5 ? ["gate"] : [];
  for (const name of ["key", "value", "receptance", "output", ...gate]) {
    list.matrix(`time_mix_${name}`, hidden, hidden);
  }
  list.part = "feedForward";
  list.f32("channel_mix_lerp_k.weight", hidden);
  list.f32("channel_mix_lerp_r.weight", hidden);
  list.matrix("channel_mix_key", hidden, channelWidth);
  list.matrix("channel_mix_value", channelWidth, hidden);
  list.matrix("channel_mix_receptance", hidden, hidden);
}

/** Time mixing and, in place of a feed-forward, channel mixing of width `channelWidth`. */
export function rwkvTensors(
  list: TensorList,
  mixer: RwkvMixer,
  hidden: number,
  channelWidth: number,
  firstLayer: boolean,
): void {
  if (mixer.version === 4 || mixer.version === 5) {
    earlyRwkvTensors(list, mixer.version, hidden, channelWidth);
    return;
  }
  const source = { storage: "source" } as const;
  const vector = (name: string, elements = hidden) => list.f32(`time_mix_${name}.weight`, elements);
  if (mixer.version === 7) {
    for (const name of ["w0", "a0", "k_k", "k_a", "r_k", "ln"]) vector(name);
    vector("lerp_fused", 6 * hidden);
    list.f32("time_mix_w1.weight", hidden * mixer.decayRank);
    list.f32("time_mix_w2.weight", hidden * mixer.decayRank);
    list.matrix("time_mix_a1", hidden, mixer.learningRateRank, source);
    list.matrix("time_mix_a2", mixer.learningRateRank, hidden, source);
    // The first layer has no earlier value to mix with; the converter writes zeros of another rank.
    const valueRank = firstLayer ? mixer.learningRateRank : mixer.valueRank;
    const ghost = firstLayer ? { modelElements: 0 } : {};
    list.f32("time_mix_v0.weight", hidden, ghost);
    list.matrix("time_mix_v1", hidden, valueRank, { ...source, ...ghost });
    list.matrix("time_mix_v2", valueRank, hidden, { ...source, ...ghost });
    list.matrix("time_mix_g1", hidden, mixer.gateRank, source);
    list.matrix("time_mix_g2", mixer.gateRank, hidden, source);
  } else {
    const mixRank = mixer.valueRank;
    list.f32("time_mix_w1.weight", hidden * mixRank * 5);
    list.f32("time_mix_w2.weight", hidden * mixRank * 5);
    vector("lerp_x");
    vector("lerp_fused", 5 * hidden);
    for (const name of ["first", "decay", "ln"]) vector(name);
    list.f32("time_mix_decay_w1.weight", hidden * mixer.decayRank);
    list.f32("time_mix_decay_w2.weight", hidden * mixer.decayRank);
    list.matrix("time_mix_gate", hidden, hidden);
  }
  list.f32("time_mix_ln.bias", hidden);
  for (const name of ["key", "value", "receptance", "output"]) {
    list.matrix(`time_mix_${name}`, hidden, hidden);
  }
  list.part = "feedForward";
  list.f32("channel_mix_lerp_k.weight", hidden);
  list.matrix("channel_mix_key", hidden, channelWidth);
  list.matrix("channel_mix_value", channelWidth, hidden);
  if (mixer.version === 6) {
    list.f32("channel_mix_lerp_r.weight", hidden);
    list.matrix("channel_mix_receptance", hidden, hidden);
  }
}
