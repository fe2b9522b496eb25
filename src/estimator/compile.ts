/**
 * From an architecture to its memory profile. This is where all the knowledge about tensors, engines
 * and mixtures is spent; the result is a few dozen numbers that can be stored and evaluated.
 */
import type { Architecture } from "./architecture.ts";
import { CHECKPOINT_FORMAT_NAMES } from "./checkpoint-formats.ts";
import { compileCompute } from "./compute/index.ts";
import { llamaCppCache } from "./engines/llamacpp.ts";
import { transformersProfile } from "./engines/transformers.ts";
import { vllmProfile } from "./engines/vllm.ts";
import { countParameters, type ParameterCounts } from "./parameters.ts";
import { type MemoryProfile, PROFILE_VERSION, type WeightBytes } from "./profile.ts";
import { QUANTIZATION_NAMES, type QuantizationName } from "./quantizations.ts";
import { checkpointSizes } from "./weights/checkpoint.ts";
import { inventory } from "./weights/inventory.ts";
import { usesImatrix } from "./weights/mixture.ts";
import { quantizedSizes } from "./weights/quantize.ts";
import { quantizePlan } from "./weights/quantize-plan.ts";

/** A file that somebody published, by quantization name. */
export interface PublishedWeights {
  quant: string;
  /** Sum of the tensor bytes; the file's header is not loaded. */
  tensorBytes: number;
}

export function compile(
  architecture: Architecture,
  published: readonly PublishedWeights[] = [],
): MemoryProfile {
  const weights = tensorLevelWeights(architecture);
  const cache = llamaCppCache(architecture);
  const parameters = countParameters(architecture);
  for (const file of published) weights[file.quant] = publishedWeights(file, weights);
  return {
    version: PROFILE_VERSION,
    contextLength: architecture.contextLength,
    parameters,
    weights,
    towerBytes: towerBytes(parameters),
    cache,
    compute: compileCompute(architecture, cache),
    transformers: transformersProfile(architecture),
    vllm: vllmProfile(architecture),
  };
}

const BF16 = 2;

function towerBytes({ components }: ParameterCounts): number {
  const { mtp: _, ...towers } = components;
  return BF16 * Object.values(towers).reduce((sum, parameters) => sum + parameters, 0);
}

function tensorLevelWeights(architecture: Architecture): Record<string, WeightBytes> {
  const tensors = inventory(architecture);
  const all = architecture.mtp ? inventory(architecture, true) : tensors;
  const plan = quantizePlan(architecture, tensors);
  // Prediction layers change the layer count, and with it which layers a mixture favours.
  const whole = architecture.mtp ? quantizePlan(architecture, all) : null;
  const sizesOf = (quant: QuantizationName, imatrix: boolean) => {
    const sizes = quantizedSizes(plan, quant, imatrix);
    if (whole) sizes.mtpBytes = quantizedSizes(whole, quant, imatrix).bytes - sizes.bytes;
    return sizes;
  };
  const weights: Record<string, WeightBytes> = {};
  for (const quant of QUANTIZATION_NAMES) {
    const sizes = sizesOf(quant, false);
    weights[quant] = { basis: "TENSOR_LEVEL", container: "gguf", ...sizes };
    if (!usesImatrix(quant)) continue;
    const guided = sizesOf(quant, true);
    if (guided.bytes !== sizes.bytes) weights[quant].imatrix = guided;
  }
  for (const name of CHECKPOINT_FORMAT_NAMES) {
    const sizes = checkpointSizes(all, name);
    weights[name] = { basis: "TENSOR_LEVEL", container: "checkpoint", ...sizes };
  }
  return weights;
}

/**
 * A published file knows its own total. What of it stays with the host follows from the same
 * quantization's inventory, as far as there is one.
 */
function publishedWeights(
  file: PublishedWeights,
  computed: Record<string, WeightBytes>,
): WeightBytes {
  const model = computed[file.quant];
  const bytes = file.tensorBytes;
  const container = model?.container ?? "gguf";
  if (model === undefined) {
    const all = { deviceBytes: bytes, cpuBytes: bytes, activeBytes: bytes };
    return { basis: "PUBLISHED_FILE", container, bytes, hostBytes: 0, mtpBytes: 0, ...all };
  }
  const more = bytes - model.bytes;
  return {
    basis: "PUBLISHED_FILE",
    container,
    bytes,
    deviceBytes: Math.max(0, model.deviceBytes + more),
    hostBytes: Math.min(model.hostBytes, bytes),
    cpuBytes: Math.max(0, model.cpuBytes + more),
    mtpBytes: 0,
    activeBytes: Math.round(((model.activeBytes ?? model.bytes) * bytes) / model.bytes),
  };
}
