/**
 * The shape of the hand-kept hardware tables beside this file. They hold what the SKU list of
 * `@huggingface/tasks` lacks: memory bandwidth per memory variant, dense BF16 throughput, the name
 * the maker uses, and devices the list does not know.
 */
import type { DeviceKind, DeviceSegment, PriceBasis, UsableBasis } from "../../src/db/devices.ts";

export interface DeviceSpec {
  name: string;
  /** Key in the SKU list; null for a device that it does not hold. */
  sku: string | null;
  /** A GPU when left out. */
  kind?: DeviceKind;
  segment: DeviceSegment;
  /** Fitted GiB to peak bandwidth in GB/s, one entry per variant on sale; null where unpublished. */
  memory: Record<number, number | null>;
  /** Dense BF16 TFLOPS from the maker's data sheet or architecture paper. */
  bf16?: number;
  /** GiB that the driver reports, per variant, where it is less than what is fitted. */
  driverGib?: Record<number, number>;
  /** Usable share for unified memory, where no driver figure is given. */
  usable?: { fraction: number; basis: UsableBasis };
  priceBasis?: PriceBasis;
  /** For a device outside the SKU list, or where the list is wrong. */
  year?: number;
  watts?: number;
  /** Null where the list's price does not belong to this row. */
  usd?: number | null;
  /** Memory shared with the processor, outside the segments where that is the rule. */
  unified?: boolean;
  aliases?: string[];
  notes?: string;
}

type Extra = Partial<Omit<DeviceSpec, "name" | "sku" | "segment" | "memory">>;

/** Makes a row builder for one market segment. */
export const inSegment =
  (segment: DeviceSegment, defaults: Extra = {}) =>
  (
    name: string,
    sku: string | null,
    memory: DeviceSpec["memory"],
    extra: Extra = {},
  ): DeviceSpec => ({
    ...defaults,
    ...extra,
    name,
    sku,
    segment,
    memory,
  });

/** Peak GB/s of a memory bus: width in bits times data rate per pin in Gbit/s, over 8 bits a byte. */
export function bus(widthBits: number, gigabitsPerPin: number): number {
  return Math.round((widthBits * gigabitsPerPin) / 0.8) / 10;
}
