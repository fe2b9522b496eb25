/**
 * The cache of the transformers library (release 5): tensors that grow by concatenation, so no padding
 * and no reserved room. Sliding layers keep `window - 1` tokens, latent layers the compressed row,
 * convolutions all their columns in the model's own type, and states F32.
 */
import type { Architecture, CrossAttention, Mixer } from "../architecture.ts";
import { mixerState } from "../cache/mixers.ts";
import { activationInterval } from "../compute/index.ts";
import type { EngineParts } from "../estimate.ts";
import { eachLayer } from "../layers.ts";
import { checkpointFor, type MemoryProfile } from "../profile.ts";
import { cacheElementBytes, type EstimateSettings } from "../settings.ts";

export const TRANSFORMERS_ENGINE = "transformers/5";

export interface TransformersProfile {
  /** Elements per token of layers that keep the whole context. */
  fullElements: number;
  /** Elements per token of layers that keep at most `tokens` tokens. */
  windows: { tokens: number; elements: number }[];
  /** Elements per sequence in the cache's type that do not grow: encoder keys and values. */
  fixedElements: number;
  /** Elements of convolution states (the model's type) and recurrences (F32), per sequence. */
  convElements: number;
  stateElements: number;
}

export function transformersProfile(architecture: Architecture): TransformersProfile {
  const profile: TransformersProfile = {
    fullElements: 0,
    windows: [],
    fixedElements: 0,
    convElements: 0,
    stateElements: 0,
  };
  if (!architecture.causal) return profile;
  for (const [, { mixer, crossAttention }] of eachLayer(architecture.layers)) {
    addMixer(profile, mixer);
    if (crossAttention) profile.fixedElements += crossElements(crossAttention);
    const { convElements, stateElements } = mixerState(mixer, architecture.hiddenSize);
    const kernel = convKernel(mixer);
    profile.convElements += kernel > 1 ? (convElements / (kernel - 1)) * kernel : convElements;
    profile.stateElements += stateElements;
  }
  return profile;
}

function addMixer(profile: TransformersProfile, mixer: Mixer): void {
  if (mixer.kind === "parallel") addMixer(profile, mixer.branches[0]);
  if (mixer.kind === "latent") {
    const indexer = mixer.indexer?.stored ? mixer.indexer.headDim : 0;
    profile.fullElements += mixer.kvLoraRank + mixer.ropeHeadDim + indexer;
  }
  if (mixer.kind === "compressed") addWindow(profile, mixer.windowTokens, mixer.headDim);
  if (mixer.kind !== "attention" || mixer.cache === "shared") return;
  const elements = mixer.kvHeads * (mixer.keyDim + mixer.valueDim);
  if (mixer.window === null) profile.fullElements += elements;
  else addWindow(profile, mixer.window.tokens, elements);
}

function addWindow(profile: TransformersProfile, window: number, elements: number): void {
  // The newest token is an input of the next step, so one fewer is kept.
  const tokens = window - 1;
  const known = profile.windows.find((other) => other.tokens === tokens);
  if (known) known.elements += elements;
  else profile.windows.push({ tokens, elements });
}

function crossElements(cross: CrossAttention): number {
  return cross.sourceTokens * cross.kvHeads * (cross.keyDim + cross.valueDim);
}

function convKernel(mixer: Mixer): number {
  if (mixer.kind === "parallel") return convKernel(mixer.branches[1]);
  if (mixer.kind === "shortConv") return mixer.kernel;
  return "convKernel" in mixer ? mixer.convKernel : 0;
}

/** Cached elements of one sequence at `tokens` tokens. */
export function transformersElements(profile: TransformersProfile, tokens: number): number {
  let elements = profile.fullElements * tokens + profile.fixedElements;
  for (const window of profile.windows)
    elements += window.elements * Math.min(tokens, window.tokens);
  return elements;
}

const F32 = 4;

export function transformersParts(profile: MemoryProfile, settings: EstimateSettings): EngineParts {
  const sequences = settings.sequences ?? 1;
  const type = cacheElementBytes("cacheTypeK", settings.cacheTypeK ?? "bf16");
  const { convElements, stateElements } = profile.transformers;
  const cached = transformersElements(profile.transformers, settings.contextTokens);
  const weights = checkpointFor(profile, settings);
  return {
    weightsBytes: weights.bytes,
    hostBytes: 0,
    basis: weights.basis,
    kvCacheBytes: Math.ceil(sequences * cached * type),
    recurrentStateBytes: Math.ceil(sequences * (convElements * type + stateElements * F32)),
    compute: activationInterval(profile.compute, settings.contextTokens * sequences),
    engine: TRANSFORMERS_ENGINE,
  };
}
