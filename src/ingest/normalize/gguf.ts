/**
 * Reads an `Architecture` from the metadata of a GGUF file. A header describes shapes, not tensors, so
 * what only tensors tell (biases, norms, tied heads) gets the family's usual value; caches and states
 * are exact. What llama.cpp fixes in code instead of metadata is in `gguf-families.ts`.
 */

import { PlimsollError } from "../../errors.ts";
import type { Architecture, FeedForward, LayerGroup, Mixer } from "../../estimator/index.ts";
import { attention, compressed, latent } from "./gguf/attention.ts";
import { type GgufMetadata, GgufReader } from "./gguf/reader.ts";
import { isRecurrent, mamba, recurrent } from "./gguf/recurrent.ts";
import { familyOf, type GgufFamily } from "./gguf-families.ts";

export type { GgufMetadata } from "./gguf/reader.ts";

/** `vocabSize` is the length of `tokenizer.ggml.tokens`, which readers often leave unread. */
export function normalizeGguf(
  metadata: GgufMetadata,
  named?: { architecture?: string; vocabSize?: number },
): Architecture {
  const name = named?.architecture ?? metadata["general.architecture"];
  if (typeof name !== "string") {
    throw new PlimsollError("INVALID_CONFIG", "The GGUF header does not say general.architecture.");
  }
  const reader = new GgufReader(metadata, name);
  const family = familyOf(name);
  const stated = reader.required("block_count");
  const loops = family.loops ? reader.number("num_loops", 1) : 1;
  const trunk = stated - (family.mtpInCount ? reader.number("nextn_predict_layers", 0) : 0);
  const layers: LayerGroup[] = [];
  for (let layer = 0; layer < trunk; layer++) {
    append(layers, {
      count: 1,
      mixer: mixerAt(reader, family, layer, trunk),
      feedForward: feedForwardAt(reader, family, layer),
    });
  }
  return {
    hiddenSize: reader.required("embedding_length"),
    vocabSize: named?.vocabSize ?? reader.number("vocab_size", 1),
    tiedEmbeddings: false,
    outputHead: true,
    outputHeadBias: false,
    learnedPositions: 0,
    contextLength: reader.number("context_length", 0) || null,
    ropeFactorElements: 0,
    norms: { kind: "rms", perLayer: 2, bias: false, afterEmbedding: false, final: true },
    layers: Array.from({ length: loops }, () => layers).flat(),
    causal: !family.cacheless,
    components: [],
    ggufArchitecture: name,
  };
}

/** Adds a layer, merged into the last group when both are alike. */
function append(groups: LayerGroup[], group: LayerGroup): void {
  const last = groups.at(-1);
  const same =
    last !== undefined && JSON.stringify({ ...last, count: 1 }) === JSON.stringify(group);
  if (same) last.count += 1;
  else groups.push(group);
}

function mixerAt(reader: GgufReader, family: GgufFamily, layer: number, trunk: number): Mixer {
  const heads = reader.number("attention.head_count", 0, layer);
  const kvHeads = reader.number("attention.head_count_kv", heads, layer);
  if (family.parallel) {
    return { kind: "parallel", branches: [attention(reader, family, layer, trunk), mamba(reader)] };
  }
  if (family.blocksWithoutMixer && reader.number("feed_forward_length", 0, layer) > 0) {
    return { kind: "none" };
  }
  if (isRecurrent(reader, family, layer, kvHeads)) return recurrent(reader, family, heads);
  if (kvHeads === 0) return { kind: "none" };
  if (family.compressed) return compressed(reader, layer, heads);
  if (reader.has("attention.key_length_mla")) return latent(reader, family, layer, trunk, heads);
  return attention(reader, family, layer, trunk);
}

function feedForwardAt(reader: GgufReader, family: GgufFamily, layer: number): FeedForward {
  const width = reader.number("feed_forward_length", 0, layer);
  const experts = reader.number("expert_count", 0);
  const dense = layer < reader.number("leading_dense_block_count", 0);
  if (experts > 0 && !dense && !(family.blocksWithoutMixer && width === 0)) {
    const expertWidth = reader.number("expert_feed_forward_length", width, layer);
    const shared = reader.number("expert_shared_count", 0);
    return {
      kind: "moe",
      experts,
      activeExperts: reader.number("expert_used_count", 1, layer),
      expertWidth,
      gated: true,
      bias: false,
      routerBias: false,
      sharedExperts: shared,
      sharedWidth: reader.number("expert_shared_feed_forward_length", shared * expertWidth),
      sharedGate: false,
      denseWidth: 0,
      latentWidth: 0,
    };
  }
  return width === 0
    ? { kind: "none" }
    : { kind: "dense", width, gated: true, bias: false, fusedGateUp: false };
}
