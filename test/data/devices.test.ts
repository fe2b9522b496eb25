/** The committed table of devices: its rows are distinct, complete and agree with known hardware. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Device, loadDevices, usableMemoryBytes } from "../../src/db/devices.ts";

const devices = loadDevices();

function device(slug: string): Device {
  const found = devices.find((each) => each.slug === slug);
  if (found === undefined) throw new Error(`no device ${slug}`);
  return found;
}

describe("the table of devices", () => {
  test("has at least 200 rows with unique slugs and unique names per vendor", () => {
    expect(devices.length).toBeGreaterThanOrEqual(200);
    expect(new Set(devices.map(({ slug }) => slug)).size).toBe(devices.length);
    expect(new Set(devices.map(({ vendor, name }) => `${vendor} ${name}`)).size).toBe(
      devices.length,
    );
  });

  test("gives every slug the memory of its row", () => {
    for (const { slug, memoryGib } of devices) expect(slug).toMatch(new RegExp(`-${memoryGib}gb$`));
  });

  test.each([
    ["nvidia-geforce-rtx-4090-24gb", 24, 1008],
    ["nvidia-geforce-rtx-3090-24gb", 24, 936],
    ["nvidia-geforce-rtx-5090-32gb", 32, 1792],
    ["nvidia-geforce-rtx-4060-ti-16gb", 16, 288],
    ["nvidia-geforce-rtx-3060-8gb", 8, 240],
    ["nvidia-h100-sxm-80gb", 80, 3350],
    ["nvidia-a100-sxm-80gb", 80, 2039],
    ["nvidia-a100-sxm-40gb", 40, 1555],
    ["nvidia-dgx-spark-gb10-128gb", 128, 273],
    ["amd-instinct-mi300x-192gb", 192, 5300],
    ["amd-ryzen-ai-max-plus-395-128gb", 128, 256],
    ["apple-m3-ultra-512gb", 512, 819],
  ])("knows %s with %d GiB at %d GB/s", (slug, memoryGib, memoryBandwidthGBps) => {
    expect(device(slug)).toMatchObject({ memoryGib, memoryBandwidthGBps });
  });

  test("lends all of a card's memory, and part of a shared one", () => {
    expect(usableMemoryBytes(device("nvidia-geforce-rtx-4090-24gb"))).toBe(24 * 2 ** 30);
    for (const each of devices) {
      if (each.unifiedMemory) expect(each.usableFraction, each.slug).toBeLessThan(1);
      expect(Number.isInteger(usableMemoryBytes(each)), each.slug).toBe(true);
    }
  });

  test("prices only the variant a price was published for", () => {
    expect(device("nvidia-geforce-rtx-4060-ti-16gb").msrpUsd).toBe(500);
    expect(device("nvidia-geforce-rtx-4060-ti-8gb").msrpUsd).toBeNull();
    for (const each of devices) {
      expect(each.priceBasis === null, each.slug).toBe(each.msrpUsd === null);
    }
  });

  test("cannot be changed by its readers", () => {
    expect(Object.isFrozen(devices)).toBe(true);
    expect(devices.every((each) => Object.isFrozen(each) && Object.isFrozen(each.aliases))).toBe(
      true,
    );
  });

  test("is stored in the order it is listed in, so that a rebuild has a small difference", () => {
    const file = readFileSync(new URL("../../data/devices.json", import.meta.url), "utf8");
    const stored = (JSON.parse(file) as Device[]).map(({ slug }) => slug);
    expect(stored).toEqual(devices.map(({ slug }) => slug));
  });
});
