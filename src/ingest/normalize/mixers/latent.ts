/** Reads latent attention (DeepSeek V2 and after) and the compressed attention of DeepSeek V4. */
import type {
  CompressedAttentionMixer,
  LatentAttentionMixer,
  SparseIndexer,
} from "../../../estimator/architecture.ts";
import { invalid, missing } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import type { LayerPlace } from "./attention.ts";

export function readLatent(reader: ConfigReader, place: LayerPlace): LatentAttentionMixer {
  const nopeHeadDim = reader.required("nopeHeadDim");
  return {
    kind: "latent",
    heads: reader.required("heads"),
    qLoraRank: reader.statesNull("q_lora_rank") ? null : reader.number("qLoraRank"),
    kvLoraRank: reader.required("kvLoraRank"),
    nopeHeadDim,
    ropeHeadDim: reader.required("ropeHeadDim"),
    valueDim: reader.number("valueDim") ?? nopeHeadDim,
    indexer: readIndexer(reader, place),
  };
}

/** DeepSeek sparse attention; GLM-5.2 lets some layers reuse an earlier layer's choice. */
function readIndexer(reader: ConfigReader, place: LayerPlace): SparseIndexer | null {
  const heads = reader.number("indexHeads");
  if (heads === null) return null;
  const types = reader.list(["indexer_types"], "indexer layers");
  return {
    heads,
    headDim: reader.required("indexHeadDim"),
    topK: reader.required("indexTopK"),
    stored: types === null || types.values[place.index] !== "shared",
  };
}

/** Tokens per compressed entry: a list by layer, or a rate for each named layer type. */
function compressionRatio(reader: ConfigReader, place: LayerPlace): number {
  const ratios = reader.list(["compress_ratios"], "tokens per compressed entry");
  const type = reader.list(["layer_types"], "layer types")?.values[place.index];
  const ratio =
    ratios === null && typeof type === "string"
      ? (reader.real([`compress_rates.${type}`], "tokens per compressed entry") ?? 0)
      : ratios?.values[place.index];
  if (ratios === null && typeof type !== "string") {
    throw missing("compress_ratios", "The config does not say compress_ratios.");
  }
  if (typeof ratio !== "number" || !Number.isInteger(ratio) || ratio < 0) {
    throw invalid("compress_ratios", `The ratio of layer ${place.index} is not usable.`);
  }
  return ratio;
}

export function readCompressed(reader: ConfigReader, place: LayerPlace): CompressedAttentionMixer {
  const ratio = compressionRatio(reader, place);
  // Only the finely compressed layers choose among their entries; coarse ones attend to all of them.
  const indexer = ratio > 0 && ratio < 32 ? readIndexer(reader, place) : null;
  return {
    kind: "compressed",
    heads: reader.required("heads"),
    headDim: reader.required("headDim"),
    ropeHeadDim: reader.required("ropeHeadDim"),
    qLoraRank: reader.required("qLoraRank"),
    outputGroups: reader.real(["o_groups"], "output groups") ?? 1,
    outputLoraRank: reader.real(["o_lora_rank"], "output rank") ?? 0,
    windowTokens: reader.required("window"),
    ratio,
    indexer,
  };
}
