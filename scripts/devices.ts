/**
 * Builds `data/devices.json` from the SKU list of `@huggingface/tasks` (price, power, year) and the
 * hand-kept tables in `scripts/devices/` (names, bandwidth per variant, dense throughput). With the
 * path of another list of accelerators as argument it also prints where that list disagrees, for a
 * person to judge; nothing of it is copied. Run it with `npx tsx scripts/devices.ts [list.json]`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type HardwareSpec, SKUS } from "@huggingface/tasks";
import { compareDevices, type Device } from "../src/db/devices.ts";
import { compareWithList } from "./devices/compare.ts";
import { nvidia } from "./devices/nvidia.ts";
import { amd, amdUnified, apple, aws, google, huawei, intel, qualcomm } from "./devices/others.ts";
import type { DeviceSpec } from "./devices/specs.ts";

const vendors: Record<string, DeviceSpec[]> = {
  NVIDIA: nvidia,
  AMD: [...amd, ...amdUnified],
  Apple: apple,
  Intel: intel,
  Qualcomm: qualcomm,
  Google: google,
  AWS: aws,
  Huawei: huawei,
};

const tasksVersion = (
  createRequire(import.meta.url)("@huggingface/tasks/package.json") as { version: string }
).version;
const skuSource = `@huggingface/tasks ${tasksVersion}`;
const makerSource = "maker's published figures";

const skus = new Map<string, HardwareSpec>(
  [...Object.values(SKUS.GPU), SKUS["Apple Silicon"]["-"]].flatMap((group) =>
    Object.entries(group),
  ),
);

function usableShare(spec: DeviceSpec, vendor: string, gib: number) {
  const driver = spec.driverGib?.[gib];
  if (driver !== undefined) {
    return { fraction: Math.round((driver / gib) * 1e4) / 1e4, basis: "DRIVER_REPORTED" as const };
  }
  if (vendor === "Apple") {
    return { fraction: gib < 36 ? 0.6667 : 0.75, basis: "OS_DEFAULT" as const };
  }
  return spec.usable ?? { fraction: 1, basis: "INSTALLED" as const };
}

/** The SKU list prices the largest variant only, so the smaller ones get no price. */
function priceOf(spec: DeviceSpec, sku: HardwareSpec | undefined, gib: number): number | null {
  if (spec.usd !== undefined) return spec.usd;
  if (sku === undefined) return null;
  return gib === Math.max(...(sku.memory ?? [])) ? sku.msrp : null;
}

function devicesOf(vendor: string, spec: DeviceSpec, sharesName: boolean): Device[] {
  const sku = spec.sku === null ? undefined : skus.get(spec.sku);
  if (spec.sku !== null && sku === undefined) throw new Error(`No SKU is called ${spec.sku}.`);
  const variants = Object.entries(spec.memory).map(([gib, rate]) => ({ gib: Number(gib), rate }));
  return variants.map(({ gib, rate }) => {
    const usable = usableShare(spec, vendor, gib);
    const msrpUsd = priceOf(spec, sku, gib);
    const several = variants.length > 1 || sharesName;
    const words = `${vendor} ${spec.name} ${gib}gb`.toLowerCase().replaceAll("+", " plus ");
    return {
      slug: words.replaceAll(/[^a-z0-9]+/g, "-"),
      name: several ? `${spec.name} ${gib} GB` : spec.name,
      vendor,
      kind: spec.kind ?? "GPU",
      segment: spec.segment,
      memoryGib: gib,
      usableFraction: usable.fraction,
      usableBasis: usable.basis,
      unifiedMemory: spec.unified ?? ["UNIFIED", "EMBEDDED"].includes(spec.segment),
      memoryBandwidthGBps: rate,
      tensorTflopsBf16: spec.bf16 ?? null,
      powerWatts: spec.watts ?? sku?.power ?? null,
      msrpUsd,
      priceBasis: msrpUsd === null ? null : (spec.priceBasis ?? "LAUNCH"),
      releaseYear: spec.year ?? sku?.releaseYear ?? null,
      aliases: spec.aliases ?? [],
      notes: spec.notes ?? null,
      sources: {
        spec: sku === undefined ? makerSource : skuSource,
        bandwidth: rate === null ? null : makerSource,
        tensor: spec.bf16 === undefined ? null : makerSource,
      },
    };
  });
}

const devices = Object.entries(vendors)
  .flatMap(([vendor, specs]) =>
    specs.flatMap((spec) =>
      devicesOf(vendor, spec, specs.filter(({ name }) => name === spec.name).length > 1),
    ),
  )
  .sort(compareDevices);

const target = new URL("../data/devices.json", import.meta.url);
writeFileSync(target, `[\n${devices.map((device) => JSON.stringify(device)).join(",\n")}\n]\n`);
console.info(`${devices.length} devices written to data/devices.json`);

const used = new Set(Object.values(vendors).flatMap((specs) => specs.map(({ sku }) => sku)));
const unused = [...skus.keys()].filter((name) => !used.has(name));
console.info(`Left out of the SKU list: ${unused.join(", ")}`);

const listPath = process.argv[2];
if (listPath !== undefined) {
  for (const line of compareWithList(vendors, readFileSync(listPath, "utf8"))) console.info(line);
}
