/** Reads layers whose memory of the past has a fixed size: Mamba, delta nets, lightning, RWKV, short convolutions. */
import type {
  DeltaNetMixer,
  KimiDeltaMixer,
  LightningMixer,
  MambaMixer,
  RwkvMixer,
  ShortConvMixer,
} from "../../../estimator/architecture.ts";
import type { ClassTraits, MambaTraits } from "../classes/types.ts";
import { type ConfigReader, invalid, missing } from "../reader.ts";

export function readMamba(
  reader: ConfigReader,
  traits: ClassTraits,
  mamba: MambaTraits,
  hidden: number,
): MambaMixer {
  const common = {
    kind: "mamba" as const,
    stateSize: reader.required("stateSize"),
    convKernel: reader.required("ssmConv"),
    convBias: reader.flag(mamba.convBias, "bias of the convolution"),
    projectionBias: reader.flag(mamba.projectionBias, "bias of the projections"),
    innerNorm: reader.flag(mamba.innerNorm, "norm inside the block"),
  };
  const pure = traits.full === "mamba";
  if (mamba.version === 1) {
    // A stated width wins over the factor, which Falcon Mamba's file leaves at a value of no effect.
    const innerSize = (pure ? reader.number("feedForward") : null) ?? expanded(reader, hidden);
    const timeStepRank = reader.number("timeStepRank") ?? Math.ceil(hidden / 16);
    return { ...common, version: 1, innerSize, groups: 0, heads: 0, timeStepRank };
  }
  const headDim = reader.number("ssmHeadDim") ?? (pure ? reader.number("headDim") : null);
  const heads = reader.number("ssmHeads") ?? (pure ? reader.number("heads") : null);
  const innerSize =
    reader.number("ssmInner") ??
    (heads !== null && headDim !== null ? heads * headDim : expanded(reader, hidden));
  return {
    ...common,
    version: 2,
    innerSize,
    groups: reader.number("ssmGroups") ?? 1,
    heads: heads ?? headsOf(innerSize, headDim),
    timeStepRank: 0,
  };
}

function expanded(reader: ConfigReader, hidden: number): number {
  const factor = reader.real(["mamba_expand", "expand"], "inner width in hidden sizes");
  if (factor === null || factor === 0) {
    throw missing("expand", "The config does not say how wide the state space block is.");
  }
  return Math.round(factor * hidden);
}

function headsOf(innerSize: number, headDim: number | null): number {
  if (headDim === null) throw missing("mamba_n_heads", "The config does not say mamba_n_heads.");
  if (innerSize % headDim !== 0) {
    throw invalid("mamba_d_head", `The inner width ${innerSize} is no multiple of ${headDim}.`);
  }
  return innerSize / headDim;
}

export function readDeltaNet(reader: ConfigReader): DeltaNetMixer {
  return {
    kind: "deltaNet",
    keyHeads: reader.required("linearKeyHeads"),
    valueHeads: reader.required("linearValueHeads"),
    keyDim: reader.required("linearKeyDim"),
    valueDim: reader.required("linearValueDim"),
    convKernel: reader.required("linearConv"),
  };
}

function fromObject(reader: ConfigReader, key: string): number {
  const value = reader.real([`linear_attn_config.${key}`], "linear attention");
  if (value === null || !Number.isInteger(value) || value < 1) {
    throw missing(key, `linear_attn_config does not say ${key}.`);
  }
  return value;
}

export function readKimiDelta(reader: ConfigReader): KimiDeltaMixer {
  return {
    kind: "kimiDelta",
    heads: fromObject(reader, "num_heads"),
    headDim: fromObject(reader, "head_dim"),
    convKernel: fromObject(reader, "short_conv_kernel_size"),
  };
}

export function readLightning(reader: ConfigReader, hidden: number): LightningMixer {
  const heads = reader.required("heads");
  return { kind: "lightning", heads, headDim: reader.number("headDim") ?? hidden / heads };
}

export function readShortConv(reader: ConfigReader): ShortConvMixer {
  return { kind: "shortConv", kernel: reader.required("shortConv") };
}

/** Low ranks of RWKV-7 follow from the hidden size when a file leaves them out, in steps of 32. */
export function readRwkv(reader: ConfigReader, hidden: number): RwkvMixer {
  return reader.real(["rwkv_version"], "version") === 6
    ? readRwkv6(reader, hidden)
    : readRwkv7(reader, hidden);
}

function readRwkv7(reader: ConfigReader, hidden: number): RwkvMixer {
  const headSize = reader.number("headDim") ?? 64;
  const scale = headSize / 64;
  const steps = (value: number) => Math.max(32, Math.round(value / 32) * 32);
  const rank = (key: string, otherwise: number) =>
    reader.real([key], "low rank") ?? steps(otherwise * scale);
  return {
    kind: "rwkv",
    version: 7,
    headSize,
    decayRank: rank("decay_low_rank_dim", 2.5 * Math.sqrt(hidden)),
    learningRateRank: rank("a_low_rank_dim", 2.5 * Math.sqrt(hidden)),
    valueRank: rank("v_low_rank_dim", 1.7 * Math.sqrt(hidden)),
    gateRank: rank("gate_low_rank_dim", 5 * Math.sqrt(hidden)),
  };
}

/** Version 6 has larger low ranks from 4,096 columns on; `valueRank` is the rank of its token mix. */
function readRwkv6(reader: ConfigReader, hidden: number): RwkvMixer {
  const large = hidden >= 4096;
  return {
    kind: "rwkv",
    version: 6,
    headSize: reader.real(["head_size"], "head width") ?? 64,
    decayRank: reader.real(["lora_decay"], "low rank") ?? (large ? 128 : 64),
    learningRateRank: 0,
    valueRank: reader.real(["lora_mix"], "low rank") ?? (large ? 64 : 32),
    gateRank: 0,
  };
}
