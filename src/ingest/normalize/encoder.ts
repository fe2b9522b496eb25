/** The encoder of an encoder-decoder model, and the cross-attention of layers that look at another side. */
import type {
  Architecture,
  CrossAttention,
  FeedForward,
  LayerGroup,
} from "../../estimator/architecture.ts";
import { ALIASES } from "./aliases.ts";
import type { ClassTraits, EncoderTraits } from "./classes/types.ts";
import { countExperts, readExperts } from "./feed-forward/experts.ts";
import { readExtraTensors } from "./layout/extra-tensors.ts";
import { grouped } from "./layout/grouped.ts";
import { type LayerPlace, readAttention } from "./mixers/attention.ts";
import { hostile, missing } from "./problems.ts";
import { ConfigReader, isRecord } from "./reader.ts";
import type { Sections } from "./sections.ts";

type Encoder = Pick<Architecture, "encoderLayers" | "encoderShape">;

export function readEncoder(
  reader: ConfigReader,
  sections: Sections,
  traits: ClassTraits,
  hidden: number,
): Encoder {
  const keys = traits.encoder;
  if (keys === null) return {};
  return keys.section === undefined
    ? besideDecoder(reader, traits, keys, hidden)
    : ofItsOwn(encoderReader(sections, keys.section), traits);
}

/** One file describes both stacks, which share width, heads and embedding. */
function besideDecoder(
  reader: ConfigReader,
  traits: ClassTraits,
  keys: EncoderTraits,
  hidden: number,
): Encoder {
  const number = (names: readonly string[], otherwise: number) =>
    Math.round(reader.real(names, "encoder") ?? otherwise);
  const count = number(keys.layers, reader.required("layers"));
  if (count > ALIASES.layers.max) {
    throw hostile(keys.layers[0] ?? "", `No encoder has ${count} layers.`);
  }
  const heads = number(keys.heads, reader.required("heads"));
  const width = number(keys.feedForward, 4 * hidden);
  const keyDim = reader.number("headDim") ?? Math.floor(hidden / heads);
  const dense: FeedForward = {
    kind: "dense",
    width,
    gated: traits.gated,
    bias: reader.flag(traits.mlpBias, "bias of the feed-forward"),
  };
  const step = stepOf(reader, keys);
  const layers = Array.from({ length: count }, (_, index): LayerGroup => {
    const place: LayerPlace = { index, layers: count, hidden, context: null };
    const own = readAttention(reader, traits, place, "full");
    const mixer = { ...own, heads, kvHeads: heads, keyDim, valueDim: keyDim };
    const feedForward =
      step > 0 && (index + 1) % step === 0 ? encoderExperts(reader, traits, place) : dense;
    const extras = { ...traits, extras: keys.extras ?? [] };
    return {
      count: 1,
      mixer,
      feedForward,
      ...readExtraTensors(reader, extras, place, { mixer, feedForward }),
    };
  });
  const { key, otherwise } = keys.sourceTokens;
  const rows = keys.extraPositions === undefined ? 0 : number([key], otherwise);
  return {
    encoderLayers: grouped(layers),
    encoderShape: {
      hiddenSize: hidden,
      vocabSize: 0,
      learnedPositions: rows === 0 ? 0 : rows + (keys.extraPositions ?? 0),
      norms: {
        kind: traits.norm === "none" ? "none" : traits.norm,
        perLayer: traits.normsPerLayer - 1,
        bias: reader.flag(traits.normBias, "bias of norms"),
        afterEmbedding: traits.normAfterEmbedding,
        final: traits.finalNorm,
      },
    },
  };
}

/** Every nth layer of the encoder has experts; 0 for none. */
function stepOf(reader: ConfigReader, { sparseStepKey }: EncoderTraits): number {
  return sparseStepKey === undefined
    ? 0
    : Math.round(reader.real([sparseStepKey], "every nth layer has experts") ?? 0);
}

function encoderExperts(reader: ConfigReader, traits: ClassTraits, place: LayerPlace): FeedForward {
  const experts = countExperts(reader, place.index, traits.experts);
  if (traits.experts === null || experts === 0) {
    throw missing(
      "num_experts",
      "The encoder has expert layers, but the config counts no experts.",
    );
  }
  return readExperts(reader, traits, traits.experts, place, experts);
}

function encoderReader({ top, modelClass }: Sections, section: string): ConfigReader {
  const values = top[section];
  if (!isRecord(values)) throw missing(section, `The config has no section "${section}".`);
  return new ConfigReader(values, section, {}, modelClass?.defaults ?? {});
}

/** T5Gemma: the encoder is a model of the class by itself, with its own width and embedding. */
function ofItsOwn(reader: ConfigReader, traits: ClassTraits): Encoder {
  const hidden = reader.required("hidden");
  const count = reader.required("layers");
  const place: LayerPlace = { index: 0, layers: count, hidden, context: null };
  const mixer = readAttention(reader, traits, place, "full");
  const width = reader.required("feedForward");
  return {
    encoderLayers: [
      { count, mixer, feedForward: { kind: "dense", width, gated: traits.gated, bias: false } },
    ],
    encoderShape: {
      hiddenSize: hidden,
      vocabSize: reader.required("vocab"),
      learnedPositions: 0,
      norms: {
        kind: "rms",
        perLayer: traits.normsPerLayer - 2,
        bias: false,
        afterEmbedding: false,
        final: true,
      },
    },
  };
}

export function readCrossAttention(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
): CrossAttention {
  const { heads, kvHeads, keyDim, valueDim, weights } = readAttention(
    reader,
    traits,
    place,
    "full",
  );
  const { encoder } = traits;
  const sourceTokens =
    encoder === null
      ? imageTokens(reader)
      : Math.round(
          reader.real([encoder.sourceTokens.key], "tokens of the encoder") ??
            encoder.sourceTokens.otherwise,
        );
  const width = reader.real(["cross_attention_hidden_size"], "width of the encoder");
  return {
    heads,
    kvHeads,
    keyDim,
    valueDim,
    sourceTokens,
    ...(width !== null && width !== place.hidden ? { sourceWidth: width } : {}),
    ...(encoder !== null && weights.qkvBias ? { bias: true } : {}),
    ...(encoder !== null && traits.keyUnbiased ? { keyUnbiased: true } : {}),
  };
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
