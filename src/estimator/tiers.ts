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

/** The smallest memory size sold that holds `totalBytes`, in GiB; null when none does. */
export function memoryClassGiB(totalBytes: number): number | null {
  return MEMORY_CLASSES_GIB.find((size) => totalBytes <= size * GIB) ?? null;
}
