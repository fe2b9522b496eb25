/**
 * Parts that a few families have beside plain layers: parallel residual streams, hyper-connections,
 * layer scalars, and where the converter's file has other rows than the publisher's embedding.
 */
import type { Architecture } from "../../estimator/architecture.ts";
import type { ClassTraits } from "./classes/types.ts";
import type { ConfigReader } from "./reader.ts";

export function readExtras(
  reader: ConfigReader,
  traits: ClassTraits,
  vocabSize: number,
): Partial<Architecture> {
  const extras: Partial<Architecture> = { perLayerEmbedding: readPerLayer(reader, vocabSize) };
  const inputs = count(reader, "altup_num_inputs");
  if (inputs > 1) extras.altUp = { inputs, laurelRank: count(reader, "laurel_rank") };
  const streams = count(reader, "hc_mult");
  if (streams > 1) {
    const mixed = traits.streamsMixed ? {} : { mixed: false };
    extras.hyperConnections = { streams, hashLayers: hashLayers(reader), ...mixed };
  }
  if (traits.layerScale) extras.layerScale = true;
  const types = traits.causal ? 0 : count(reader, "type_vocab_size");
  if (types > 0) extras.tokenTypes = types;
  const buckets = count(reader, "relative_attention_num_buckets");
  if (traits.positions === "relative" && buckets > 0) extras.relativePositionBuckets = buckets;
  const rows = traits.ggufVocab;
  if (rows !== null && rows.from === vocabSize) extras.ggufVocabSize = rows.to;
  return extras;
}

/** Layers whose router is a table: a count, or marks in the list of feed-forward types. */
function hashLayers(reader: ConfigReader): number {
  const marks = reader.list(["mlp_layer_types"], "feed-forward types")?.values ?? [];
  return count(reader, "num_hash_layers") || marks.filter((mark) => mark === "hash_moe").length;
}

function count(reader: ConfigReader, key: string): number {
  return reader.real([key], key) ?? 0;
}

/** The converter pads the second embedding to the rows of the first. */
function readPerLayer(reader: ConfigReader, vocabSize: number): Architecture["perLayerEmbedding"] {
  const width = count(reader, "hidden_size_per_layer_input");
  if (width === 0) return null;
  const rows = count(reader, "vocab_size_per_layer_input") || vocabSize;
  return { width, vocabSize: rows, ...(rows < vocabSize ? { ggufVocabSize: vocabSize } : {}) };
}
