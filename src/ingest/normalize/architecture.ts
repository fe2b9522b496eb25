/**
 * Assembles the `Architecture` of a config: every layer is read by itself, equal neighbours become one
 * group, and what stands beside the layers (norms, positions, heads, prediction layers) is added.
 */

import type { PlimsollError } from "../../errors.ts";
import type {
  Architecture,
  FeedForward,
  LayerGroup,
  LayerNorms,
} from "../../estimator/architecture.ts";
import { adjustTraits } from "./adjust.ts";
import type { ClassTraits } from "./classes/types.ts";
import { readCrossAttention, readEncoder } from "./encoder.ts";
import { readExtras } from "./extras.ts";
import { readContext } from "./facts/context.ts";
import { feedForwardReader } from "./feed-forward/index.ts";
import { readEnding } from "./head.ts";
import { blockConfigLayers } from "./layout/block-configs.ts";
import { readExtraTensors } from "./layout/extra-tensors.ts";
import { grouped } from "./layout/grouped.ts";
import { countLayers, layerTokens } from "./layout/index.ts";
import { repeated } from "./layout/loops.ts";
import { sharedBlockLayers } from "./layout/shared-blocks.ts";
import type { ReadingLog } from "./log.ts";
import { readMixer } from "./mixers/index.ts";
import { readPrediction } from "./prediction.ts";
import { unknownArchitecture } from "./problems.ts";
import type { ConfigReader } from "./reader.ts";
import { checkArchitecture } from "./sane.ts";
import type { Sections } from "./sections.ts";
import { readEmbedderParts } from "./towers/embedders.ts";
import { readComponents } from "./towers/index.ts";
import { readPooler } from "./towers/pooler.ts";

/** The architecture, and the traits of the class as this file sets them. */
export function readArchitecture(
  reader: ConfigReader,
  sections: Sections,
  log: ReadingLog,
): { architecture: Architecture; traits: ClassTraits } {
  if (sections.modelClass === null) throw unknownClass(sections);
  const traits = adjustTraits(reader, sections.modelClass);
  const hiddenSize = reader.required("hidden");
  const vocabSize = reader.required("vocab");
  const ending = readEnding(reader, sections, traits.outputHead, hiddenSize);
  const contextLength = readContext(reader, traits.paddingPositions);
  const layers = readLayers(reader, traits, hiddenSize, contextLength, log);
  const architecture: Architecture = {
    hiddenSize,
    vocabSize,
    tiedEmbeddings: reader.flag(
      { key: "tie_word_embeddings", otherwise: traits.tied },
      "tied head",
    ),
    outputHead: ending.languageHead,
    outputHeadBias: ending.languageHead && reader.flag(traits.outputHeadBias, "bias of the head"),
    ...readNarrowEmbedding(reader, traits, hiddenSize),
    learnedPositions: learnedPositions(traits, contextLength),
    contextLength,
    ropeFactorElements: ropeFactorElements(reader, layers),
    norms: readNorms(reader, traits),
    layers,
    // A decoder that was made an embedding model may look both ways (gte-Qwen2).
    causal: traits.causal && reader.flag({ key: "is_causal", otherwise: true }, "looks both ways"),
    ...readEncoder(reader, sections, traits, hiddenSize),
    ...readExtras(reader, traits, vocabSize),
    components: [...readComponents(sections, hiddenSize), ...ending.components],
    ggufArchitecture: sections.wrapper?.gguf ?? converterName(traits, layers),
  };
  architecture.components.push(
    ...readPooler(sections.architectureName, traits.pooler, architecture),
    ...readEmbedderParts(sections, architecture),
  );
  Object.assign(architecture, readPrediction(reader, traits, architecture));
  checkArchitecture(architecture);
  return { architecture, traits };
}

function readNarrowEmbedding(
  reader: ConfigReader,
  { narrow, outputHead }: ClassTraits,
  hidden: number,
): Pick<Architecture, "narrowEmbedding"> {
  const width = narrow === null ? null : reader.real([narrow.key], "width of the embedding");
  if (narrow === null || !width || width === hidden) return {};
  const { positions, bias, narrowsAgain = false } = narrow;
  return {
    narrowEmbedding: { width, positions, bias, narrowsAgain: narrowsAgain && outputHead },
  };
}

/** What the converter calls the class; some have another name with experts, or none. */
function converterName(traits: ClassTraits, layers: LayerGroup[]): string | null {
  const hasExperts = layers.some((group) => group.feedForward.kind === "moe");
  return hasExperts && traits.ggufMoe !== undefined ? traits.ggufMoe : traits.gguf;
}

function unknownClass(sections: Sections): PlimsollError {
  const { textArchitecture, textType, architectureName, modelType } = sections;
  const name = textArchitecture ?? textType ?? architectureName ?? modelType;
  if (sections.isDraft) {
    return unknownArchitecture(
      "architectures",
      `${name} is a draft for another model, not a model.`,
    );
  }
  return unknownArchitecture(
    "model_type",
    name === null
      ? "The config names no model_type and no architecture."
      : `The model class ${name} is not known.`,
  );
}

function readLayers(
  reader: ConfigReader,
  traits: ClassTraits,
  hidden: number,
  context: number | null,
  log: ReadingLog,
): LayerGroup[] {
  const stated = countLayers(reader);
  const blocks =
    blockConfigLayers(reader, traits, stated, hidden, context) ??
    sharedBlockLayers(reader, traits, stated, hidden, context);
  if (blocks !== null) return grouped(blocks);
  const layers = traits.twoBlocks ? stated * 2 : stated;
  const tokens = layerTokens(reader, traits, layers, log);
  const readFeedForward = feedForwardReader(reader, traits, layers);
  const crossAt = new Set(reader.list(["cross_attention_layers"], "layers on the image")?.values);
  return grouped(
    repeated(
      reader,
      traits,
      tokens.map((token, index): LayerGroup => {
        const place = { index, layers, hidden, context };
        const feedForward = readFeedForward(place, token.feedForward);
        if (crossAt.has(index)) {
          const crossAttention = readCrossAttention(reader, traits, place);
          return { count: 1, mixer: { kind: "none" }, feedForward, crossAttention };
        }
        const mixer = readMixer(reader, traits, place, token.mixer);
        const crossAttention =
          traits.encoder === null ? null : readCrossAttention(reader, traits, place);
        return {
          count: 1,
          mixer,
          feedForward,
          ...expertNorms(traits, feedForward),
          ...readExtraTensors(reader, traits, place, { mixer, feedForward }),
          ...(crossAttention === null ? {} : { crossAttention }),
        };
      }),
    ),
  );
}

/** Gemma 4 normalises experts and dense path apart, before and after. */
function expertNorms(traits: ClassTraits, feedForward: FeedForward): { norms?: number } {
  const apart = feedForward.kind === "moe" && feedForward.routerScale === true;
  return apart ? { norms: traits.normsPerLayer + 3 } : {};
}

function readNorms(reader: ConfigReader, traits: ClassTraits): LayerNorms {
  return {
    kind: traits.norm === "none" ? "none" : traits.norm,
    perLayer:
      traits.normsPerLayer + (reader.flag(traits.postNormsIf, "norms after blocks") ? 2 : 0),
    bias: reader.flag(traits.normBias, "bias of norms"),
    afterEmbedding: traits.normAfterEmbedding,
    final: traits.finalNorm,
  };
}

function learnedPositions(traits: ClassTraits, context: number | null): number {
  if (traits.positions !== "learned" || context === null) return 0;
  return context + traits.extraPositions + traits.paddingPositions;
}

/** Width of the widest key head: full layers of Gemma 4 are wider than sliding ones. */
function widestKey(layers: LayerGroup[]): number {
  return Math.max(...layers.map(({ mixer }) => (mixer.kind === "attention" ? mixer.keyDim : 0)));
}

/** A GGUF stores one factor per rotated pair for `llama3` scaling, and two such vectors for `longrope`. */
function ropeFactorElements(reader: ConfigReader, layers: LayerGroup[]): number {
  const kind = reader.string(
    [
      "rope_scaling.rope_type",
      "rope_scaling.type",
      "rope_parameters.rope_type",
      "rope_parameters.full_attention.rope_type",
    ],
    "scaling of positions",
  );
  const latent = layers.find((group) => group.mixer.kind === "latent")?.mixer;
  if (latent?.kind === "latent") return kind === "longrope" ? latent.ropeHeadDim : 0;
  const attention = layers.find((group) => group.mixer.kind === "attention")?.mixer;
  if (attention?.kind !== "attention") return 0;
  const share =
    reader.real(
      ["partial_rotary_factor", "rope_parameters.partial_rotary_factor"],
      "rotated share",
    ) ?? 1;
  const pairs = Math.floor((attention.keyDim * share) / 2);
  if (kind === "llama3") return pairs;
  if (kind === "proportional") return widestKey(layers) / 2;
  return kind === "longrope" || kind === "su" ? 2 * pairs : 0;
}
