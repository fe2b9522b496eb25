/** Reads RWKV time mixing, whose sizes mostly follow from the hidden size. */
import type { RwkvMixer } from "../../../estimator/architecture.ts";
import { unknownArchitecture } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

/** Low ranks of RWKV-7 follow from the hidden size when a file leaves them out, in steps of 32. */
export function readRwkv(reader: ConfigReader, hidden: number): RwkvMixer {
  switch (reader.real(["rwkv_version"], "version")) {
    case 4:
      return readEarlyRwkv(reader, hidden, 4);
    case 5:
      return readEarlyRwkv(reader, hidden, 5);
    case 6:
      return readRwkv6(reader, hidden);
    default:
      return readRwkv7(reader, hidden);
  }
}

/** Versions 4 and 5 have no low ranks, and version 4 no heads. */
function readEarlyRwkv(reader: ConfigReader, hidden: number, version: 4 | 5): RwkvMixer {
  const width = reader.real(["attention_hidden_size"], "width of time mixing") ?? hidden;
  if (width !== hidden) {
    throw unknownArchitecture(
      "attention_hidden_size",
      `Time mixing is ${width} wide and the layers ${hidden}.`,
    );
  }
  const headSize = version === 4 ? 1 : (reader.real(["head_size"], "head width") ?? 64);
  const none = { decayRank: 0, learningRateRank: 0, valueRank: 0, gateRank: 0 };
  return { kind: "rwkv", version, headSize, ...none };
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
