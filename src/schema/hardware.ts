/** Hardware as an argument: an amount of memory, a device, or several devices in one machine. */
import { usableMemoryBytes } from "../db/devices.ts";
import { GIB, RUNTIME_BYTES } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { deviceOf } from "./device-list.ts";
import { badInput, checkRange } from "./input-errors.ts";

export const DeviceCountInput = builder.inputType("DeviceCountInput", {
  description: "Some of one device.",
  fields: (t) => ({
    device: t.string({ required: true, description: "Slug of a device, as `devices` lists them." }),
    count: t.int({ required: true, defaultValue: 1, description: "How many: 1 to 64." }),
  }),
});

export const HardwareInput = builder.inputType("HardwareInput", {
  description: "Hardware that a model is to run on: exactly one of these.",
  isOneOf: true,
  fields: (t) => ({
    memoryGib: t.float({
      description: "Memory that can be allocated, in GiB: 24 for a graphics card of 24 GB.",
    }),
    device: t.string({ description: "Slug of a device, as `devices` lists them." }),
    devices: t.field({
      type: [DeviceCountInput],
      description:
        "Several devices in one machine, which share the layers; the driver takes its part on each.",
    }),
  }),
});

type DeviceCount = typeof DeviceCountInput.$inferInput;

export interface Hardware {
  memoryGib?: number | null;
  device?: string | null;
  devices?: DeviceCount[] | null;
}

export const MOST_DEVICES = 64;

/** Bytes that a model which is spread over the hardware can allocate, beside one driver's part. */
export function budgetBytes({ memoryGib, device, devices }: Hardware, prefix: string): number {
  const given = [memoryGib, device, devices].filter((way) => way != null);
  if (given.length !== 1) {
    const allowed = "given alone, or left out with either `device` or `devices` in its place";
    throw badInput(`${prefix}memoryGib`, memoryGib, allowed);
  }
  if (device != null) return usableMemoryBytes(deviceOf(`${prefix}device`, device));
  if (devices) return together(devices, prefix);
  checkRange(`${prefix}memoryGib`, memoryGib, 0, 1e6);
  return (memoryGib ?? 0) * GIB;
}

function together(devices: DeviceCount[], prefix: string): number {
  let usable = 0;
  let total = 0;
  for (const { device, count } of devices) {
    checkRange(`${prefix}devices.count`, count, 1, MOST_DEVICES);
    usable += count * usableMemoryBytes(deviceOf(`${prefix}devices.device`, device));
    total += count;
  }
  if (total < 1 || total > MOST_DEVICES) {
    throw badInput(`${prefix}devices`, devices, `1 to ${MOST_DEVICES} devices`);
  }
  // An estimate has the driver's part once.
  return Math.max(0, usable - (total - 1) * RUNTIME_BYTES.central);
}
