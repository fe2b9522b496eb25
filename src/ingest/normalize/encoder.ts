/** The encoder of an encoder-decoder model, and the cross-attention of layers that look at another side. */
import type { CrossAttention, LayerGroup } from "../../estimator/architecture.ts";
import type { ClassTraits } from "./classes/types.ts";
import { type LayerPlace, readAttention } from "./mixers/attention.ts";
import { type ConfigReader, isRecord } from "./reader.ts";

export function readEncoder(
  reader: ConfigReader,
  traits: ClassTraits,
  hidden: number,
): { encoderLayers?: LayerGroup[] } {
  const keys = traits.encoder;
  if (keys === null) return {};
  const number = (names: readonly string[], otherwise: number) =>
    Math.round(reader.real(names, "encoder") ?? otherwise);
  const count = number(keys.layers, reader.required("layers"));
  const heads = number(keys.heads, reader.required("heads"));
  const width = number(keys.feedForward, 4 * hidden);
  const place: LayerPlace = { index: 0, layers: count, hidden, context: null };
  const own = readAttention(reader, traits, place, "full");
  const keyDim = reader.number("headDim") ?? Math.floor(hidden / heads);
  return {
    encoderLayers: [
      {
        count,
        mixer: { ...own, heads, kvHeads: heads, keyDim, valueDim: keyDim },
        feedForward: {
          kind: "dense",
          width,
          gated: traits.gated,
          bias: reader.flag(traits.mlpBias, "bias of the feed-forward"),
        },
      },
    ],
  };
}

export function readCrossAttention(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
): CrossAttention {
  const { heads, kvHeads, keyDim, valueDim } = readAttention(reader, traits, place, "full");
  const source = traits.encoder?.sourceTokens;
  const sourceTokens =
    source === undefined
      ? imageTokens(reader)
      : Math.round(reader.real([source.key], "tokens of the encoder") ?? source.otherwise);
  return { heads, kvHeads, keyDim, valueDim, sourceTokens };
}

/** Llama 3.2 Vision: every tile gives one token per patch and one for the class. */
function imageTokens(reader: ConfigReader): number {
  const vision = reader.find(["vision_config"], "image tokens");
  if (vision === null || !isRecord(vision.value)) return 0;
  const size = reader.real(["vision_config.image_size"], "image size") ?? 560;
  const patch = reader.real(["vision_config.patch_size"], "patch size") || 14;
  const tiles = reader.real(["vision_config.max_num_tiles"], "tiles") ?? 4;
  return Math.round(tiles) * (Math.floor(size / patch) ** 2 + 1);
}
