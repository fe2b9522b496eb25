/**
 * Reader of `data/devices.json`, the table of hardware that carries models. One row is one memory
 * variant of one device, because the same name is sold with different memory and bandwidth. The file
 * is written by `scripts/devices.ts`; this is the only reader and it checks every row.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { messageOf, PlimsollError } from "../errors.ts";
import { projectFile } from "../project-files.ts";

export const DEVICE_SEGMENTS = [
  "CONSUMER",
  "LAPTOP",
  "WORKSTATION",
  "DATACENTER",
  "UNIFIED",
  "EMBEDDED",
] as const;
export type DeviceSegment = (typeof DEVICE_SEGMENTS)[number];

/** A graphics processor, one whose memory others have enlarged, or a chip for neural networks alone. */
export const DEVICE_KINDS = ["GPU", "MODIFIED_GPU", "ASIC"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** What a price stands for: a card at launch, a street price, a whole computer, a module's cost. */
export const PRICE_BASES = ["LAUNCH", "STREET", "WHOLE_COMPUTER", "MODULE"] as const;
export type PriceBasis = (typeof PRICE_BASES)[number];

/**
 * How the usable share of the memory is known: all of it, what a driver was seen to report, the
 * default of the operating system, or an assumption where no source gives a figure.
 */
export const USABLE_BASES = ["INSTALLED", "DRIVER_REPORTED", "OS_DEFAULT", "ASSUMED"] as const;
export type UsableBasis = (typeof USABLE_BASES)[number];

const positive = z.number().positive();

const deviceSchema = z
  .strictObject({
    slug: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    name: z.string().min(1),
    vendor: z.string().min(1),
    kind: z.enum(DEVICE_KINDS),
    segment: z.enum(DEVICE_SEGMENTS),
    /** Memory fitted, in GiB; makers print the same number with "GB" behind it. */
    memoryGib: positive,
    /** The share of `memoryGib` that one program can allocate, as the device comes. */
    usableFraction: z.number().positive().max(1),
    usableBasis: z.enum(USABLE_BASES),
    /** True where processor and accelerator share one memory. */
    unifiedMemory: z.boolean(),
    /** Theoretical peak, in 10^9 bytes a second. */
    memoryBandwidthGBps: positive.nullable(),
    /** Dense BF16 matrix throughput, in 10^12 operations a second. */
    tensorTflopsBf16: positive.nullable(),
    /** Highest sustained power draw. */
    powerWatts: positive.nullable(),
    msrpUsd: positive.nullable(),
    priceBasis: z.enum(PRICE_BASES).nullable(),
    releaseYear: z.int().min(2000).nullable(),
    /** Other names it is searched by, such as "DGX Spark". */
    aliases: z.array(z.string().min(1)),
    /** Where sources disagree, or what a buyer should know. */
    notes: z.string().min(1).nullable(),
    /** Where the row, its bandwidth and its throughput come from. */
    sources: z.strictObject({
      spec: z.string(),
      bandwidth: z.string().nullable(),
      tensor: z.string().nullable(),
    }),
  })
  .readonly();

export type Device = z.infer<typeof deviceSchema>;

const dataFile = projectFile("data/devices.json");
let loaded: readonly Device[] | undefined;

/**
 * Every device, frozen, sorted by vendor, name and memory. The file is read once per process.
 * Throws `BAD_CONFIGURATION` where the file is missing or a row breaks the format.
 */
export function loadDevices(): readonly Device[] {
  loaded ??= readDevices(dataFile);
  return loaded;
}

/** Bytes that one program can allocate on the device: fitted memory × usable share, rounded down. */
export function usableMemoryBytes(device: Device): number {
  return Math.floor(device.memoryGib * 2 ** 30 * device.usableFraction);
}

/** The order devices are stored and listed in. */
export function compareDevices(a: Device, b: Device): number {
  const byName = a.vendor.localeCompare(b.vendor, "en") || a.name.localeCompare(b.name, "en");
  return byName || a.memoryGib - b.memoryGib;
}

function readDevices(file: URL): readonly Device[] {
  try {
    const rows = z.array(deviceSchema).parse(JSON.parse(readFileSync(file, "utf8")));
    for (const row of rows) Object.freeze(row.aliases) && Object.freeze(row.sources);
    return Object.freeze(rows.sort(compareDevices));
  } catch (cause) {
    const message = `The table of devices cannot be read: ${messageOf(cause)}`;
    throw new PlimsollError("BAD_CONFIGURATION", message, { cause, details: { file: file.href } });
  }
}
