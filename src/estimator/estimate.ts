/**
 * The shape of an answer, and the one place that adds its items up. Engines deliver the parts that
 * are theirs; driver context, the caller's margin, sums and interval are the same for all.
 */
import type { Basis } from "./profile.ts";
import type { EstimateSettings } from "./settings.ts";
import { MIB } from "./units.ts";

export interface MemoryEstimate {
  /** Tensors on the accelerator when every layer is offloaded. */
  weightsBytes: number;
  /** Keys and values, compressed entries, indexer keys. */
  kvCacheBytes: number;
  /** Fixed-size states of recurrent layers, all sequences. */
  recurrentStateBytes: number;
  /** Scratch space of one forward pass, with its interval. */
  computeBytes: number;
  computeLowBytes: number;
  computeHighBytes: number;
  /** The driver's own context. */
  runtimeBytes: number;
  /** The caller's own margin. */
  overheadBytes: number;
  totalBytes: number;
  /** Total with the uncertain parts at their low and high ends. */
  lowBytes: number;
  highBytes: number;
  /** What the host's memory holds beside it. */
  hostBytes: number;
  basis: Basis;
  method: "ITEMISED";
  /** Engine profile and its version. */
  engine: string;
  warnings: readonly string[];
}

/** A quantity that is not exact: central value and the ends between which it is expected. */
export interface Interval {
  low: number;
  central: number;
  high: number;
}

/** A CUDA context takes 300 to 600 MiB, by driver and card; about 450 was measured on RTX 50 cards. */
export const RUNTIME_BYTES: Interval = { low: 300 * MIB, central: 450 * MIB, high: 600 * MIB };

/** What an engine says about itself. */
export interface EngineParts {
  weightsBytes: number;
  hostBytes: number;
  basis: Basis;
  kvCacheBytes: number;
  recurrentStateBytes: number;
  compute: Interval;
  engine: string;
}

const NONE: readonly string[] = Object.freeze([]);

export function itemise(
  parts: EngineParts,
  settings: EstimateSettings,
  contextLength: number | null,
): MemoryEstimate {
  const { weightsBytes, kvCacheBytes, recurrentStateBytes, compute } = parts;
  const exact = weightsBytes + kvCacheBytes + recurrentStateBytes;
  const margin = settings.overheadFraction ?? 0;
  const fixed = settings.runtimeBytes ?? null;
  const onCpu = settings.device === "cpu";
  const runtimeBytes = fixed ?? (onCpu ? 0 : RUNTIME_BYTES.central);
  const runtimeLow = fixed ?? (onCpu ? 0 : RUNTIME_BYTES.low);
  const runtimeHigh = fixed ?? (onCpu ? 0 : RUNTIME_BYTES.high);
  const sum = exact + compute.central + runtimeBytes;
  const overheadBytes = Math.round(margin * sum);
  const { contextTokens } = settings;
  return {
    weightsBytes,
    kvCacheBytes,
    recurrentStateBytes,
    computeBytes: compute.central,
    computeLowBytes: compute.low,
    computeHighBytes: compute.high,
    runtimeBytes,
    overheadBytes,
    totalBytes: sum + overheadBytes,
    lowBytes: Math.floor((exact + compute.low + runtimeLow) * (1 + margin)),
    highBytes: Math.ceil((exact + compute.high + runtimeHigh) * (1 + margin)),
    hostBytes: parts.hostBytes,
    basis: parts.basis,
    method: "ITEMISED",
    engine: parts.engine,
    warnings:
      contextLength !== null && contextTokens > contextLength
        ? [`The context of ${contextTokens} tokens is beyond the trained ${contextLength}.`]
        : NONE,
  };
}
