/**
 * How fast a model runs, as a roofline. Decoding reads every active weight and the whole cache once
 * per token, so memory bandwidth bounds it; reading a prompt multiplies, so compute bounds it. Real
 * programs reach a part of either bound; that part is stated, and gives the interval.
 */
import { EstimatorError } from "./errors.ts";
import type { Interval } from "./estimate.ts";
import { evaluate } from "./evaluate.ts";
import { type MemoryProfile, weightsFor } from "./profile.ts";
import type { EstimateSettings } from "./settings.ts";

export interface SpeedDevice {
  /** Bytes per second between memory and processor. */
  memoryBandwidth: number;
  /** 16-bit floating-point operations per second, dense; null when not published. */
  computeFlops: number | null;
  /** Equal devices that share every layer (tensor parallelism). Default 1. */
  count?: number;
}

export interface SpeedEstimate {
  /** Tokens per second of one sequence, with its interval. */
  decodeTokensPerSecond: Interval;
  /** All sequences together. */
  aggregateTokensPerSecond: Interval;
  /** Prompt tokens per second; null without a compute figure. */
  prefillTokensPerSecond: Interval | null;
  /** What bounds decoding under these settings. */
  bound: "MEMORY" | "COMPUTE";
  activeWeightBytes: number;
  cacheReadBytes: number;
  /** The assumed shares of the bounds. */
  efficiency: { decode: Interval; prefill: Interval };
}

/** Share of the bandwidth that single-stream decoding reaches: 0.5 on many small layers to 0.85. */
export const DECODE_EFFICIENCY: Interval = { low: 0.5, central: 0.68, high: 0.85 };
/** Share of the compute that prompt processing reaches with quantized weights. */
export const PREFILL_EFFICIENCY: Interval = { low: 0.2, central: 0.4, high: 0.65 };
/** Each further device costs a synchronisation in every layer. */
const SCALING = 0.85;

export function estimateSpeed(
  profile: MemoryProfile,
  settings: EstimateSettings,
  device: SpeedDevice,
): SpeedEstimate {
  const { memoryBandwidth, computeFlops } = device;
  if (!(memoryBandwidth > 0) || (computeFlops !== null && !(computeFlops > 0))) {
    throw new EstimatorError("OUT_OF_RANGE", "device", "bandwidth and compute must be above zero");
  }
  const sequences = settings.sequences ?? 1;
  const count = device.count ?? 1;
  const scale = count === 1 ? 1 : count * SCALING;
  const weights = weightsFor(profile, settings);
  const activeWeightBytes = weights.activeBytes ?? weights.bytes;
  const memory = evaluate(profile, settings);
  const cacheReadBytes = memory.kvCacheBytes + memory.recurrentStateBytes;
  const active = profile.parameters?.active ?? 0;
  const embedding = profile.parameters?.embedding ?? 0;
  const flops = 2 * Math.max(1, active - embedding);
  // More sequences touch more experts, up to all of them.
  const touched = Math.min(weights.deviceBytes, activeWeightBytes * sequences);
  const read = (profile.parameters?.experts ? touched : activeWeightBytes) + cacheReadBytes;
  const byMemory = (share: number) => (memoryBandwidth * scale * share) / read;
  const byCompute = (share: number) =>
    computeFlops === null
      ? Number.POSITIVE_INFINITY
      : (computeFlops * scale * share) / (flops * sequences);
  const decode = (end: keyof Interval) =>
    Math.min(byMemory(DECODE_EFFICIENCY[end]), byCompute(PREFILL_EFFICIENCY[end]));
  const prefill = (end: keyof Interval) =>
    ((computeFlops ?? 0) * scale * PREFILL_EFFICIENCY[end]) / flops;
  const single = interval(decode);
  return {
    decodeTokensPerSecond: single,
    aggregateTokensPerSecond: interval((end) => single[end] * sequences),
    prefillTokensPerSecond: computeFlops === null ? null : interval(prefill),
    bound: byMemory(1) <= byCompute(1) ? "MEMORY" : "COMPUTE",
    activeWeightBytes,
    cacheReadBytes,
    efficiency: { decode: DECODE_EFFICIENCY, prefill: PREFILL_EFFICIENCY },
  };
}

function interval(at: (end: keyof Interval) => number): Interval {
  return { low: at("low"), central: at("central"), high: at("high") };
}
