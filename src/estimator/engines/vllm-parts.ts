/** Evaluates a profile by vLLM's paging rules: what `sequences` requests of this length need per rank. */
import { activationInterval } from "../compute/index.ts";
import type { EngineParts } from "../estimate.ts";
import { checkpointFor, type MemoryProfile } from "../profile.ts";
import { cacheElementBytes, type EstimateSettings } from "../settings.ts";
import { GIB, roundUp } from "../units.ts";
import { VLLM_ENGINE, type VllmLayers } from "./vllm.ts";

/** Tokens of a page before hybrids enlarge it. */
const BLOCK_TOKENS = 16;
const STATE_BYTES = 2;
/** Captured CUDA graphs take 0.1 to 3 GiB by model and capture sizes. */
const GRAPHS = { low: 0.1 * GIB, central: 0.6 * GIB, high: 3 * GIB };

export interface VllmPaging {
  /** Tokens of an attention page. */
  blockTokens: number;
  /** Bytes of one page of one layer. */
  pageBytes: number;
  /** Layers that share one block table. */
  groupLayers: number;
  /** Pages of one layer position that one request needs, over all groups. */
  pagesPerRequest: number;
}

export function vllmParts(profile: MemoryProfile, settings: EstimateSettings): EngineParts {
  const sequences = settings.sequences ?? 1;
  const ranks = settings.tensorParallel ?? 1;
  const paging = vllmPaging(profile.vllm.groups, settings);
  const batched = Math.min(settings.maxBatchedTokens ?? 8192, settings.contextTokens * sequences);
  const activations = activationInterval(profile.compute, batched);
  const weights = checkpointFor(profile, settings);
  return {
    weightsBytes: Math.ceil(weights.bytes / ranks),
    hostBytes: 0,
    basis: weights.basis,
    kvCacheBytes: sequences * paging.pagesPerRequest * paging.pageBytes * paging.groupLayers,
    recurrentStateBytes: 0,
    compute: {
      low: Math.floor(activations.low / ranks + GRAPHS.low),
      central: Math.round(activations.central / ranks + GRAPHS.central),
      high: Math.ceil(activations.high / ranks + GRAPHS.high),
    },
    engine: VLLM_ENGINE,
  };
}

/** How vLLM lays the cache out. States are inside the pages, so they are part of the cache's bytes. */
export function vllmPaging(groups: readonly VllmLayers[], settings: EstimateSettings): VllmPaging {
  if (groups.length === 0) {
    return { blockTokens: BLOCK_TOKENS, pageBytes: 0, groupLayers: 0, pagesPerRequest: 0 };
  }
  const ranks = settings.tensorParallel ?? 1;
  const type = settings.cacheTypeK ?? "bf16";
  const perToken = (group: VllmLayers) => tokenBytes(group, ranks, type);
  const attention = groups.filter((group) => group.kind !== "state");
  const widest = Math.max(0, ...attention.map(perToken));
  const state = Math.max(0, ...groups.map((g) => (g.stateElements * STATE_BYTES) / ranks));
  const blockTokens =
    widest === 0 ? BLOCK_TOKENS : roundUp(Math.max(BLOCK_TOKENS, state / widest), BLOCK_TOKENS);
  const pageBytes = Math.ceil(widest === 0 ? state : blockTokens * widest);
  const groupLayers = layersPerGroup(groups);
  let pagesPerRequest = 0;
  for (const group of groups) {
    // Narrower layers take more tokens per page, so that all pages are equal.
    const scale = group.kind === "state" ? 1 : Math.max(1, Math.floor(widest / perToken(group)));
    const pages = pagesOf(group, settings, blockTokens * scale);
    pagesPerRequest += Math.ceil(group.layers / groupLayers) * pages;
  }
  return { blockTokens, pageBytes, groupLayers, pagesPerRequest };
}

function tokenBytes(group: VllmLayers, ranks: number, type: string): number {
  const heads = Math.ceil(group.kvHeads / ranks);
  const element = cacheElementBytes("cacheTypeK", type);
  const whole = type === "fp8" ? group.wholeFp8Bytes : group.wholeElements * element;
  return heads * group.headElements * element + whole + group.wholeBytes;
}

/** The smallest kind's layer count, or the largest where they are nearly equal. */
function layersPerGroup(groups: readonly VllmLayers[]): number {
  const counts = groups.map((group) => group.layers);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return most < 1.5 * least ? most : least;
}

function pagesOf(group: VllmLayers, settings: EstimateSettings, block: number): number {
  const length = settings.contextTokens;
  const batched = settings.maxBatchedTokens ?? 8192;
  switch (group.kind) {
    case "state":
      return 1;
    case "full":
      return Math.ceil(length / block);
    case "sliding":
      // One page more, because the window may start inside a page.
      return Math.ceil(Math.min(group.tokens - 1 + batched, length) / block) + 1;
    case "chunked":
      return Math.ceil(Math.min(group.tokens + batched, length) / block);
  }
}
