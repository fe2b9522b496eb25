/**
 * Lays a model out over devices: layers one after another (llama.cpp's layer split, pipelines), every
 * layer over all devices (tensor split), or as much as fits with the rest in host memory. The answer
 * says per device what it holds, and what is missing when the model does not fit.
 */
import type { Architecture } from "../architecture.ts";
import { EstimatorError } from "../errors.ts";
import type { EstimateSettings } from "../settings.ts";
import { type LayerPart, type ModelParts, modelParts } from "./parts.ts";

export const PLACEMENT_MODES = [
  "LAYER_SPLIT",
  "TENSOR_SPLIT",
  "OFFLOAD",
  "EXPERT_OFFLOAD",
] as const;
export type PlacementMode = (typeof PLACEMENT_MODES)[number];

export interface PlacementDevice {
  name: string;
  /** Bytes that a program can use; for unified memory, what the system lets the GPU have. */
  memoryBytes: number;
}

export interface PlacementInput {
  devices: readonly PlacementDevice[];
  mode: PlacementMode;
  /** Host memory for what is offloaded; 0 when nothing may be. */
  hostBytes?: number;
}

export interface DevicePlacement {
  name: string;
  /** First layer and the one behind the last; equal when it holds none. */
  firstLayer: number;
  endLayer: number;
  weightsBytes: number;
  cacheBytes: number;
  computeBytes: number;
  runtimeBytes: number;
  totalBytes: number;
  /** Negative when it does not fit. */
  headroomBytes: number;
}

export interface Placement {
  mode: PlacementMode;
  fits: boolean;
  devices: DevicePlacement[];
  /** Weights and cache in host memory, the token embedding included. */
  hostBytes: number;
  hostHeadroomBytes: number;
  /** Layers, or experts' layers, that run from host memory. */
  offloadedLayers: number;
  /** Bytes by which the fullest device or the host exceeds its memory; 0 when it fits. */
  shortfallBytes: number;
}

export function place(
  architecture: Architecture,
  settings: EstimateSettings,
  input: PlacementInput,
): Placement {
  if (input.devices.length === 0 || input.devices.length > 1024) {
    throw new EstimatorError("OUT_OF_RANGE", "devices", "devices must be 1 to 1024 entries");
  }
  for (const { memoryBytes } of input.devices) {
    if (!(memoryBytes > 0 && memoryBytes <= 2 ** 50)) {
      throw new EstimatorError("OUT_OF_RANGE", "devices", `memoryBytes cannot be ${memoryBytes}`);
    }
  }
  const parts = modelParts(architecture, settings);
  switch (input.mode) {
    case "LAYER_SPLIT":
      return layerSplit(parts, input, 0, false);
    case "TENSOR_SPLIT":
      return tensorSplit(parts, input);
    case "OFFLOAD":
      return fewestOffloaded(parts, input, false);
    case "EXPERT_OFFLOAD":
      return fewestOffloaded(parts, input, true);
  }
}

/** Moves layers (or experts of layers) to the host, one more each time, until the rest fits. */
function fewestOffloaded(parts: ModelParts, input: PlacementInput, experts: boolean): Placement {
  let last = layerSplit(parts, input, 0, experts);
  for (let count = 1; !last.fits && count <= parts.layers.length; count++) {
    last = layerSplit(parts, input, count, experts);
  }
  return last;
}

/** Offloads the first `offloaded` layers, then fills the devices in proportion to their memory. */
function layerSplit(
  parts: ModelParts,
  input: PlacementInput,
  offloaded: number,
  expertsOnly: boolean,
): Placement {
  let hostBytes = parts.inputBytes;
  const onDevice: LayerPart[] = [];
  for (const [index, layer] of parts.layers.entries()) {
    const { weightsBytes, expertBytes, cacheBytes } = layer;
    if (index >= offloaded) onDevice.push(layer);
    else if (expertsOnly) {
      onDevice.push({ ...layer, expertBytes: 0 });
      hostBytes += expertBytes;
    } else {
      hostBytes += weightsBytes + expertBytes + cacheBytes;
    }
  }
  const first = parts.layers.length - onDevice.length;
  const fixed = parts.computeBytes + parts.runtimeBytes;
  const free = input.devices.map((device) => Math.max(0, device.memoryBytes - fixed));
  const allFree = free.reduce((sum, bytes) => sum + bytes, 0) || 1;
  const needed = onDevice.reduce((sum, layer) => sum + layerBytes(layer), parts.outputBytes);
  const devices: DevicePlacement[] = [];
  let next = 0;
  let placed = 0;
  let share = 0;
  for (const [index, device] of input.devices.entries()) {
    const start = next;
    const isLast = index === input.devices.length - 1;
    share += (needed * free[index]!) / allFree;
    let weights = 0;
    let cache = 0;
    while (next < onDevice.length) {
      const layer = onDevice[next]!;
      // A layer goes where its middle falls, so that shares stay as close as layers allow.
      if (!isLast && placed + layerBytes(layer) / 2 > share) break;
      weights += layer.weightsBytes + layer.expertBytes;
      cache += layer.cacheBytes;
      placed += layerBytes(layer);
      next++;
    }
    if (isLast) weights += parts.outputBytes;
    devices.push(deviceOf(device, first + start, first + next, weights, cache, parts));
  }
  return placement(input, devices, hostBytes, offloaded);
}

/** Every device holds an equal part of every layer. */
function tensorSplit(parts: ModelParts, input: PlacementInput): Placement {
  const ranks = input.devices.length;
  const sum = (pick: (layer: LayerPart) => number) =>
    parts.layers.reduce((total, layer) => total + pick(layer), 0) / ranks;
  const weights = sum((l) => l.weightsBytes + l.expertBytes) + parts.outputBytes / ranks;
  // Heads are not cut: with fewer of them than ranks, ranks keep copies.
  const cache = parts.layers.reduce(
    (total, layer) =>
      total + (layer.cacheBytes * Math.ceil(layer.cacheHeads / ranks)) / layer.cacheHeads,
    0,
  );
  const devices = input.devices.map((device) =>
    deviceOf(device, 0, parts.layers.length, weights, cache, parts),
  );
  return placement(input, devices, parts.inputBytes, 0);
}

function layerBytes(layer: LayerPart): number {
  return layer.weightsBytes + layer.expertBytes + layer.cacheBytes;
}

function deviceOf(
  device: PlacementDevice,
  firstLayer: number,
  endLayer: number,
  weights: number,
  cache: number,
  parts: ModelParts,
): DevicePlacement {
  const weightsBytes = Math.round(weights);
  const cacheBytes = Math.round(cache);
  const { computeBytes, runtimeBytes } = parts;
  const totalBytes = weightsBytes + cacheBytes + computeBytes + runtimeBytes;
  return {
    name: device.name,
    firstLayer,
    endLayer,
    weightsBytes,
    cacheBytes,
    computeBytes,
    runtimeBytes,
    totalBytes,
    headroomBytes: Math.floor(device.memoryBytes - totalBytes),
  };
}

function placement(
  input: PlacementInput,
  devices: DevicePlacement[],
  host: number,
  offloadedLayers: number,
): Placement {
  const hostBytes = Math.round(host);
  // The embedding alone is small and mapped from the file: host memory counts once layers move there.
  const hostHeadroomBytes = offloadedLayers > 0 ? (input.hostBytes ?? 0) - hostBytes : 0;
  const tightest = Math.min(hostHeadroomBytes, ...devices.map((device) => device.headroomBytes));
  return {
    mode: input.mode,
    fits: tightest >= 0,
    devices,
    hostBytes,
    hostHeadroomBytes,
    offloadedLayers,
    shortfallBytes: Math.max(0, -tightest),
  };
}

/** Smallest number of equal devices that hold the model in the given mode; null beyond `limit`. */
export function smallestDeviceCount(
  architecture: Architecture,
  settings: EstimateSettings,
  device: PlacementDevice,
  mode: "LAYER_SPLIT" | "TENSOR_SPLIT" = "LAYER_SPLIT",
  limit = 64,
): number | null {
  const parts = modelParts(architecture, settings);
  for (let count = 1; count <= limit; count++) {
    const devices = Array.from({ length: count }, () => device);
    const input = { devices, mode };
    const laid =
      mode === "TENSOR_SPLIT" ? tensorSplit(parts, input) : layerSplit(parts, input, 0, false);
    if (laid.fits) return count;
  }
  return null;
}
