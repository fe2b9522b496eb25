/**
 * llama.cpp's compute buffer: the scratch space of one forward pass over a micro-batch of T tokens. It
 * is the larger of the widest point inside a layer (with the attention masks) and the output head.
 */
import type { Architecture, AttentionMixer, LatentAttentionMixer, Mixer } from "../architecture.ts";
import type { CacheProfile } from "../cache/segments.ts";
import type { Interval } from "../estimate.ts";
import { roundUp } from "../units.ts";
import { layerPeak, type Spread } from "./peaks.ts";

export interface ComputeProfile {
  /** F32 elements per token at the widest point of a layer. */
  peakElements: number;
  /** F32 elements per token and context cell: the scores of sparse attention. */
  cellElements: number;
  /** F32 elements per token beside the logits, at the output head. */
  outputElements: number;
  vocabSize: number;
  /** Query heads, each of which scores every cell without flash attention. */
  scoreHeads: number;
  /** F32 elements per token that are alive beside those scores. */
  scoreElements: number;
  /** Some layers see the whole context; false: no mask over it. */
  fullMask: boolean;
  hiddenSize: number;
  spread: Spread;
}

const F32 = 4;
const F16 = 2;
/** Positions and cache indices of one token: one 32-bit and two 64-bit numbers. */
const INDEX_ELEMENTS = 5;
/** The list of output rows is padded to this many bytes. */
const ROW_ALIGNMENT = 16;

/** `cache` says which layers see the whole context: engines do not honour every window. */
export function compileCompute(architecture: Architecture, cache: CacheProfile): ComputeProfile {
  const hidden = architecture.hiddenSize;
  const profile: ComputeProfile = {
    peakElements: 0,
    cellElements: 0,
    outputElements: 2 * hidden,
    vocabSize: architecture.outputHead ? architecture.vocabSize : hidden,
    scoreHeads: 0,
    scoreElements: 0,
    fullMask: cache.segments.some((segment) => segment.windowTokens === null),
    hiddenSize: hidden,
    spread: { low: 1, high: 1 },
  };
  for (const group of architecture.layers) {
    const peak = layerPeak(architecture, group);
    if (peak.elements > profile.peakElements) {
      profile.peakElements = peak.elements;
      profile.spread = peak.spread;
    }
    const { mixer } = group;
    const attention = mixer.kind === "parallel" ? mixer.branches[0] : mixer;
    if (attention.kind === "attention" || attention.kind === "latent") {
      profile.scoreHeads = Math.max(profile.scoreHeads, attention.heads);
      profile.scoreElements = Math.max(profile.scoreElements, besideScores(attention, hidden));
    }
    profile.cellElements = Math.max(profile.cellElements, cellElements(mixer));
  }
  profile.peakElements += INDEX_ELEMENTS;
  return profile;
}

/** Residual, query, and keys and values before they are stored; twice where widths differ. */
function besideScores(mixer: AttentionMixer | LatentAttentionMixer, hidden: number): number {
  if (mixer.kind === "latent") return layerWidth(mixer) + 3 * hidden;
  const query = mixer.heads * mixer.keyDim;
  const beside = hidden + query + mixer.kvHeads * (mixer.keyDim + mixer.valueDim);
  return query > hidden ? 2 * beside : beside;
}

function layerWidth(mixer: LatentAttentionMixer): number {
  return mixer.heads * (2 * mixer.kvLoraRank + mixer.nopeHeadDim + 2 * mixer.ropeHeadDim);
}

/** Scores that an indexer keeps per token and cell, and their order. */
function cellElements(mixer: Mixer): number {
  if (mixer.kind === "latent" && mixer.indexer) return 2;
  if (mixer.kind === "attention" && mixer.indexer) return 9;
  return mixer.kind === "compressed" ? 0.16 : 0;
}

export interface ComputeSettings {
  ubatch: number;
  outputRows: number;
  /** Cells of one full-attention stream. */
  fullCells: number;
  /** Cells of one windowed stream; 0 without windows. */
  windowCells: number;
  flashAttention: boolean;
  onCpu: boolean;
  /** Largest single buffer of the device; `Infinity` for CUDA. */
  bufferLimit: number;
}

export function computeInterval(profile: ComputeProfile, settings: ComputeSettings): Interval {
  const { ubatch, fullCells, flashAttention } = settings;
  const seen = profile.fullMask ? fullCells : 0;
  const mask = ubatch * (flashAttention ? F16 : F32) * (seen + settings.windowCells);
  const plain = profile.peakElements + Math.ceil(profile.cellElements * seen);
  const rows = roundUp(settings.outputRows * F32, ROW_ALIGNMENT);
  const scored = flashAttention ? 0 : profile.scoreHeads * fullCells + profile.scoreElements;
  // Without an accelerator the embedded tokens and the inputs are in the same buffer.
  const inputs = settings.onCpu ? ubatch * F32 * profile.hiddenSize : 0;
  const layer = ubatch * F32 * Math.max(plain, scored) + mask + inputs + rows;
  const logits = settings.outputRows * profile.vocabSize * F32;
  const output = logits + ubatch * F32 * profile.outputElements;
  // A device that limits the size of one buffer cannot put the logits where the layers were.
  const central = output > settings.bufferLimit ? layer + logits : Math.max(layer, output);
  const { low, high } = flashAttention ? profile.spread : WITHOUT_FLASH;
  return { low: Math.floor(central * low), central, high: Math.ceil(central * high) };
}

/** Scores may be kept once or twice, by how the allocator reuses them. */
const WITHOUT_FLASH: Spread = { low: 0.8, high: 2.1 };

/** Scratch space of an engine that computes a whole prompt of `tokens` at once, in 16-bit types. */
export function activationInterval(profile: ComputeProfile, tokens: number): Interval {
  const central = tokens * F16 * profile.peakElements + profile.vocabSize * F32;
  return { low: Math.floor(central / 2), central, high: central * 3 };
}
