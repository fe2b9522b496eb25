/**
 * Every tensor of the GGUF file that llama.cpp's converter writes for an architecture. The list gives
 * parameter counts, file sizes for any quantization, and the split between accelerator and host.
 */
import type { Architecture, LayerGroup } from "../architecture.ts";
import { layerTensors } from "./layer.ts";
import { mtpTensors } from "./mtp.ts";
import { type Tensor, TensorList } from "./tensor.ts";
import { topTensors } from "./top.ts";

/** `withMtp`: include the extra prediction layers, which llama.cpp loads only on demand. */
export function inventory(architecture: Architecture, withMtp = false): Tensor[] {
  const list = new TensorList();
  if (architecture.encoderLayers?.length) list.attentionOutput = "attn_o";
  topTensors(list, architecture);
  let first = 0;
  for (const group of architecture.layers) {
    // Layers before the hash limit have another router, and the first RWKV layer other ranks.
    for (const [layer, repeats] of splitGroup(architecture, first, group.count)) {
      list.layer = layer;
      list.repeats = repeats;
      layerTensors(list, architecture, group);
    }
    first += group.count;
  }
  encoderTensors(list, architecture, first);
  const last = lastFullLayer(architecture);
  if (withMtp && last !== undefined) {
    list.layer = first;
    list.repeats = architecture.mtp?.count ?? 0;
    mtpTensors(list, architecture, () => layerTensors(list, architecture, last));
  }
  return list.tensors;
}

/** The other stack of an encoder-decoder, behind the decoder's layers, with its own final norm. */
function encoderTensors(list: TensorList, decoder: Architecture, first: number): void {
  const groups = decoder.encoderLayers ?? [];
  const shape = decoder.encoderShape;
  const architecture: Architecture = shape
    ? { ...decoder, hiddenSize: shape.hiddenSize, norms: shape.norms }
    : { ...decoder, norms: { ...decoder.norms, perLayer: 2, afterEmbedding: false } };
  let layer = first;
  for (const group of groups) {
    list.layer = layer;
    list.repeats = group.count;
    layerTensors(list, architecture, group);
    layer += group.count;
  }
  list.layer = null;
  list.repeats = 1;
  const { hiddenSize: hidden, norms } = architecture;
  list.part = "embedding";
  if (shape) list.matrix("enc.token_embd", hidden, shape.vocabSize, { host: true });
  if (shape && shape.learnedPositions > 0) {
    list.f32("enc.position_embd.weight", hidden * shape.learnedPositions, { host: true });
  }
  list.part = "norms";
  if (groups.length > 0 && norms.afterEmbedding) {
    list.norm("enc.token_embd_norm", hidden, norms.bias);
  }
  if (groups.length > 0 && norms.final) list.norm("enc.output_norm", hidden, norms.bias);
  const buckets = architecture.relativePositionBuckets ?? 0;
  const [attention] = architecture.layers;
  if (buckets === 0 || attention?.mixer.kind !== "attention") return;
  list.part = "attention";
  const stacks = groups.length > 0 ? 2 : 1;
  list.matrix("attn_rel_b", attention.mixer.heads, buckets * stacks, { storage: "source" });
}

/** The layer that prediction layers repeat: the last that attends. */
function lastFullLayer(architecture: Architecture): LayerGroup | undefined {
  const attends = new Set(["attention", "latent", "compressed"]);
  return architecture.layers.findLast(({ mixer }) => attends.has(mixer.kind));
}

/** Cuts a run of layers where the file's layout changes although the layers are alike. */
function splitGroup(
  architecture: Architecture,
  first: number,
  count: number,
): [layer: number, repeats: number][] {
  const hash = architecture.hyperConnections?.hashLayers ?? 0;
  const cuts = [1, hash].filter((cut) => cut > first && cut < first + count);
  const edges = [first, ...new Set(cuts.sort((a, b) => a - b)), first + count];
  return edges.slice(0, -1).map((edge, i) => [edge, edges[i + 1]! - edge]);
}
