/** Mixers with a state of fixed size from a GGUF header: which layers have one, and of what kind. */
import type { MambaMixer, Mixer } from "../../../estimator/index.ts";
import type { GgufFamily } from "../gguf-families.ts";
import { headWidths } from "./attention.ts";
import type { GgufReader } from "./reader.ts";

export function isRecurrent(
  reader: GgufReader,
  family: GgufFamily,
  layer: number,
  kvHeads: number,
): boolean {
  if (family.recurrent === "all") return true;
  if (family.recurrent === "zeroKvHeads") return kvHeads === 0;
  if (family.recurrent === "none") return false;
  const listed = reader.list("attention.recurrent_layers");
  if (listed !== null) return listed[layer] === 1;
  const interval = reader.number("full_attention_interval", family.recurrent.fullEvery);
  return (layer + 1) % interval !== 0;
}

export function mamba(reader: GgufReader): MambaMixer {
  const groups = reader.number("ssm.group_count", 0);
  const rank = reader.number("ssm.time_step_rank", 0);
  return {
    kind: "mamba",
    version: groups > 0 ? 2 : 1,
    innerSize: reader.required("ssm.inner_size"),
    stateSize: reader.required("ssm.state_size"),
    convKernel: reader.required("ssm.conv_kernel"),
    groups,
    heads: groups > 0 ? rank : 0,
    timeStepRank: groups > 0 ? 0 : rank,
    convBias: true,
    projectionBias: false,
    innerNorm: true,
  };
}

export function recurrent(reader: GgufReader, family: GgufFamily, heads: number): Mixer {
  if (reader.has("wkv.head_size")) {
    return {
      kind: "rwkv",
      version: reader.has("attention.iclr_lora_rank") ? 7 : 6,
      headSize: reader.number("wkv.head_size", 64),
      tokenShifts: reader.number("token_shift_count", 2),
      decayRank: reader.number(
        "attention.decay_lora_rank",
        reader.number("time_decay_extra_dim", 0),
      ),
      learningRateRank: reader.number("attention.iclr_lora_rank", 0),
      valueRank: reader.number(
        "attention.value_residual_mix_lora_rank",
        reader.number("time_mix_extra_dim", 0),
      ),
      gateRank: reader.number("attention.gate_lora_rank", 0),
    };
  }
  if (reader.has("shortconv.l_cache")) {
    return { kind: "shortConv", kernel: reader.number("shortconv.l_cache", 3) };
  }
  const convKernel = reader.number("ssm.conv_kernel", 4);
  if (reader.has("kda.head_dim")) {
    // The state is sized by the head count of the first layer, which all layers share.
    return { kind: "kimiDelta", heads, headDim: reader.number("kda.head_dim", 0), convKernel };
  }
  if (family.linear === "lightning") {
    return { kind: "lightning", heads, headDim: headWidths(reader, false)[0] };
  }
  if (family.linear === "deltaNet") {
    const valueHeads = reader.required("ssm.time_step_rank");
    return {
      kind: "deltaNet",
      keyHeads: reader.number("ssm.group_count", 1),
      valueHeads,
      keyDim: reader.required("ssm.state_size"),
      valueDim: Math.floor(reader.required("ssm.inner_size") / valueHeads),
      convKernel,
    };
  }
  return mamba(reader);
}
