/** Turns the token of one layer into its mixer, by what the class says each kind of token means. */
import type { Mixer } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import type { MixerToken } from "../layout/tokens.ts";
import { unknownArchitecture } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import { type LayerPlace, readAttention } from "./attention.ts";
import { readCompressed, readLatent } from "./latent.ts";
import {
  readDeltaNet,
  readKimiDelta,
  readLightning,
  readMamba,
  readMatrixMemory,
  readRgLru,
  readShortConv,
} from "./recurrent.ts";
import { readRwkv } from "./rwkv.ts";

export function readMixer(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  token: MixerToken,
): Mixer {
  switch (token) {
    case "none":
      return { kind: "none" };
    case "conv":
      return readShortConv(reader);
    case "parallel":
      return {
        kind: "parallel",
        branches: [readAttention(reader, traits, place, "full"), mamba(reader, traits, place)],
      };
    case "linear":
      return linear(reader, traits, place);
    case "full":
      return full(reader, traits, place);
    default:
      return readAttention(reader, traits, place, token);
  }
}

export function mamba(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
): Mixer & { kind: "mamba" } {
  if (traits.mamba === null) {
    throw unknownArchitecture("layer_types", "The class of this config has no state space layers.");
  }
  return readMamba(reader, traits, traits.mamba, place.hidden);
}

function linear(reader: ConfigReader, traits: ClassTraits, place: LayerPlace): Mixer {
  switch (traits.linear) {
    case "deltaNet":
      return readDeltaNet(reader);
    case "kimiDelta":
      return readKimiDelta(reader);
    case "lightning":
      return readLightning(reader, place.hidden);
    case "mamba":
      return mamba(reader, traits, place);
    case "rgLru":
      return readRgLru(reader, place.hidden);
    case null:
      throw unknownArchitecture(
        "layer_types",
        "The config has linear attention layers, which its class is not known to have.",
      );
  }
}

/** A class of plain attention that was taught a latent caches something else than its class says (TransMLA). */
function refuseLatent(reader: ConfigReader): void {
  if (!reader.flag({ key: "use_mla", otherwise: true }, "latent")) return;
  const rank = reader.find(["kv_lora_rank"], "width of a latent");
  if (rank === null || rank.basis !== "stated" || rank.value === 0) return;
  throw unknownArchitecture(
    rank.key,
    `${rank.key} states a latent, which the class of this config is not known to keep.`,
  );
}

function full(reader: ConfigReader, traits: ClassTraits, place: LayerPlace): Mixer {
  switch (traits.full) {
    case "attention":
      refuseLatent(reader);
      return readAttention(reader, traits, place, "full");
    case "latent":
      return readLatent(reader, place);
    case "compressed":
      return readCompressed(reader, place);
    case "mamba":
      return mamba(reader, traits, place);
    case "rwkv":
      return readRwkv(reader, place.hidden);
    case "matrixMemory":
      return readMatrixMemory(reader, place.hidden);
  }
}
