/** A model cut into pieces that can be placed: its layers with their cache, and what stands outside. */
import type { Architecture, LayerGroup, Mixer } from "../architecture.ts";
import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import type { EstimateSettings } from "../settings.ts";
import { inventory } from "../weights/inventory.ts";

export interface LayerPart {
  /** Weights of the layer without routed experts. */
  weightsBytes: number;
  /** Routed experts, which may be placed apart. */
  expertBytes: number;
  /** Keys, values and state of all sequences. */
  cacheBytes: number;
  /** Heads that ranks can share the cache by; 1 for latent rows, which every rank keeps whole. */
  cacheHeads: number;
}

export interface ModelParts {
  layers: LayerPart[];
  /** Token embedding: stays with the host. */
  inputBytes: number;
  /** Output norm and head: go with the last layer. */
  outputBytes: number;
  /** Scratch space that every device needs. */
  computeBytes: number;
  /** Driver context of every device. */
  runtimeBytes: number;
}

/** Sizes of all pieces under the settings. Their sums equal the itemised estimate's. */
export function modelParts(architecture: Architecture, settings: EstimateSettings): ModelParts {
  const whole = evaluate(compile(architecture), settings);
  const elements = inventory(architecture);
  const total = elements.reduce((sum, t) => sum + (t.host ? 0 : t.columns * t.rows * t.repeats), 0);
  const head = architecture.tiedEmbeddings ? architecture.hiddenSize * architecture.vocabSize : 0;
  const perElement = whole.weightsBytes / (total + head);
  const layers: LayerPart[] = [];
  for (const group of architecture.layers) {
    const cacheBytes = groupCacheBytes(architecture, group, settings);
    for (let i = 0; i < group.count; i++) {
      layers.push({
        weightsBytes: 0,
        expertBytes: 0,
        cacheBytes,
        cacheHeads: cacheHeads(group.mixer),
      });
    }
  }
  let outputBytes = head * perElement;
  for (const tensor of elements) {
    if (tensor.host) continue;
    const bytes = tensor.columns * tensor.rows * perElement;
    if (tensor.layer === null) {
      outputBytes += bytes * tensor.repeats;
      continue;
    }
    for (let i = 0; i < tensor.repeats; i++) {
      const layer = layers[Math.min(tensor.layer + i, layers.length - 1)]!;
      if (tensor.part === "experts") layer.expertBytes += bytes;
      else layer.weightsBytes += bytes;
    }
  }
  return {
    layers,
    inputBytes: whole.hostBytes,
    outputBytes,
    computeBytes: whole.computeBytes,
    runtimeBytes: whole.runtimeBytes,
  };
}

function cacheHeads(mixer: Mixer): number {
  switch (mixer.kind) {
    case "parallel":
      return cacheHeads(mixer.branches[0]);
    case "attention":
      return mixer.kvHeads;
    case "deltaNet":
      return mixer.valueHeads;
    case "kimiDelta":
    case "lightning":
      return mixer.heads;
    case "mamba":
      return Math.max(1, mixer.heads);
    default:
      return 1;
  }
}

/** Cache and state of one layer of a group: those of a model that has this layer alone. */
function groupCacheBytes(
  architecture: Architecture,
  group: LayerGroup,
  settings: EstimateSettings,
): number {
  const alone: Architecture = {
    ...architecture,
    layers: [{ ...group, count: 1 }],
    encoderLayers: [],
    mtp: null,
  };
  const { kvCacheBytes, recurrentStateBytes } = evaluate(compile(alone), settings);
  return kvCacheBytes + recurrentStateBytes;
}
