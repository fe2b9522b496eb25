/** Reads layers whose memory of the past has a fixed size: Mamba, delta nets, lightning, linear recurrent units. */
import type {
  DeltaNetMixer,
  KimiDeltaMixer,
  LightningMixer,
  MambaMixer,
  MatrixMemoryMixer,
  RgLruMixer,
  ShortConvMixer,
} from "../../../estimator/architecture.ts";
import type { ClassTraits, MambaTraits } from "../classes/types.ts";
import { invalid, missing } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

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
    if (mamba.perHead) return perHead(reader, common, hidden);
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

/** PLaMo 2: heads of a stated width, and a time step of at least 64 ranks. */
function perHead(
  reader: ConfigReader,
  common: Omit<MambaMixer, "version" | "innerSize" | "groups" | "heads" | "timeStepRank">,
  hidden: number,
): MambaMixer {
  const heads = reader.required("ssmHeads");
  const innerSize = heads * reader.required("ssmHeadDim");
  const timeStepRank = Math.max(64, Math.floor(hidden / 16));
  return { ...common, version: 1, innerSize, groups: 0, heads, timeStepRank, perHead: true };
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

/** An object of the file, or the plain keys that transformers 5 makes of it. */
function deltaSize(reader: ConfigReader, key: string, plain: string): number {
  const value = reader.real([`linear_attn_config.${key}`, plain], "linear attention");
  if (value === null || !Number.isInteger(value) || value < 1) {
    throw missing(key, `linear_attn_config does not say ${key}.`);
  }
  return value;
}

export function readKimiDelta(reader: ConfigReader): KimiDeltaMixer {
  return {
    kind: "kimiDelta",
    heads: deltaSize(reader, "num_heads", "linear_num_heads"),
    headDim: deltaSize(reader, "head_dim", "linear_head_dim"),
    convKernel: deltaSize(reader, "short_conv_kernel_size", "linear_conv_kernel_dim"),
  };
}

export function readLightning(reader: ConfigReader, hidden: number): LightningMixer {
  const heads = reader.required("heads");
  return { kind: "lightning", heads, headDim: reader.number("headDim") ?? hidden / heads };
}

export function readShortConv(reader: ConfigReader): ShortConvMixer {
  return { kind: "shortConv", kernel: reader.required("shortConv") };
}

/** The unit is as wide as the model unless the file says otherwise. */
export function readRgLru(reader: ConfigReader, hidden: number): RgLruMixer {
  const width = Math.round(reader.real(["lru_width"], "width of the recurrence") ?? hidden);
  const heads = reader.required("heads");
  if (width % heads !== 0) {
    throw invalid("lru_width", `${width} channels do not divide into ${heads} heads.`);
  }
  return { kind: "rgLru", width, heads, convKernel: reader.required("ssmConv") };
}

/** Keys are a share of the width, values another. */
export function readMatrixMemory(reader: ConfigReader, hidden: number): MatrixMemoryMixer {
  const heads = reader.required("heads");
  const share = (key: string, otherwise: number) =>
    Math.round((hidden * (reader.real([key], "head width") ?? otherwise)) / heads);
  return {
    kind: "matrixMemory",
    heads,
    keyDim: share("qk_dim_factor", 0.5),
    valueDim: share("v_dim_factor", 1),
  };
}
