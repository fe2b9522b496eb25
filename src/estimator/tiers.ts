/**
 * Names for "how much hardware": the coarse tier a model page shows and a finer scale of the memory
 * sizes that are really sold. Accelerators and RAM are marketed in "GB" but hold that many GiB (a
 * "24 GB" card has 24 × 2^30 bytes), so every size here is GiB.
 */
import { GIB } from "./units.ts";

export const HARDWARE_TIERS = ["CONSUMER_24GB", "DATACENTER_80GB", "CLUSTER"] as const;
export type HardwareTier = (typeof HARDWARE_TIERS)[number];

/** Memory sizes of single devices and common multi-device nodes, in GiB, ascending. */
export const MEMORY_CLASSES_GIB = [
  2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 96, 128, 141, 192, 256, 288, 320, 512, 640, 768,
  1128, 1536, 2304,
] as const;

/** The coarse tier: one consumer card, one data-centre card, or more than that. */
export function hardwareTier(totalBytes: number): HardwareTier {
  if (totalBytes <= 24 * GIB) return "CONSUMER_24GB";
  if (totalBytes <= 80 * GIB) return "DATACENTER_80GB";
  return "CLUSTER";
}

/** A finer scale: the memory of one device, then one machine of several, then more than that. */
export const HARDWARE_SIZES = [
  "GB_8",
  "GB_12",
  "GB_16",
  "GB_24",
  "GB_32",
  "GB_48",
  "GB_80",
  "GB_96",
  "GB_141",
  "GB_192",
  "SEVERAL",
  "CLUSTER",
] as const;
export type HardwareSize = (typeof HARDWARE_SIZES)[number];

/** Machines take eight devices; more is a network of machines. */
const DEVICES_IN_MACHINE = 8;

/** Most GiB that a size holds; null for the last one, which has no end. */
export function hardwareSizeGiB(size: HardwareSize): number | null {
  if (size === "CLUSTER") return null;
  return size === "SEVERAL" ? DEVICES_IN_MACHINE * 192 : Number(size.slice("GB_".length));
}

/** The smallest size that holds `totalBytes`. */
export function hardwareSize(totalBytes: number): HardwareSize {
  const holds = (size: HardwareSize) =>
    totalBytes <= (hardwareSizeGiB(size) ?? Number.POSITIVE_INFINITY) * GIB;
  return HARDWARE_SIZES.find(holds) ?? "CLUSTER";
}

/** The smallest memory size sold that holds `totalBytes`, in GiB; null when none does. */
export function memoryClassGiB(totalBytes: number): number | null {
  return MEMORY_CLASSES_GIB.find((size) => totalBytes <= size * GIB) ?? null;
}
