/**
 * The GPU finder: which hardware carries a model. The rule is stated and simple: as few devices as
 * can hold the estimate, fewer devices before more, then the smaller memory, then the lower price.
 */
import { type Device as DeviceRow, usableMemoryBytes } from "../db/devices.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { Device, DeviceFilter, filterDevices } from "./device.ts";
import { settingsArgs } from "./estimate-settings.ts";
import { Model } from "./model.ts";
import { ESTIMATE_COLUMNS } from "./model-memory.ts";
import { checkPageSize } from "./page.ts";
import { type Estimate, estimate } from "./vram.ts";

interface Match {
  device: DeviceRow;
  count: number;
  usableBytes: number;
  requiredBytes: number;
}

const DeviceMatch = builder.objectRef<Match>("DeviceMatch").implement({
  description: "Hardware that carries a model under the settings that were asked for.",
  fields: (t) => ({
    device: t.field({
      type: Device,
      description: "The device.",
      resolve: ({ device }) => device,
    }),
    count: t.int({
      description: "How many of it are needed.",
      resolve: ({ count }) => count,
    }),
    usableMemory: t.field({
      type: ByteSize,
      description: "Memory that all of them together can allocate.",
      resolve: ({ usableBytes }) => usableBytes,
    }),
    required: t.field({
      type: ByteSize,
      description: "Memory that is needed on all of them together.",
      resolve: ({ requiredBytes }) => requiredBytes,
    }),
    headroom: t.field({
      type: ByteSize,
      description: "What is left.",
      resolve: ({ usableBytes, requiredBytes }) => usableBytes - requiredBytes,
    }),
  }),
});

/** Servers take eight accelerators; more than that is a cluster with a network between. */
const MOST_DEVICES = 8;

/** As few of a device as carry the estimate; null when eight do not. */
function matchDevice(device: DeviceRow, need: Estimate): Match | null {
  const isCard = !device.unifiedMemory && device.segment !== "LAPTOP";
  const usable = usableMemoryBytes(device);
  for (let count = 1; count <= (isCard ? MOST_DEVICES : 1); count++) {
    // The driver takes its part on every device.
    const requiredBytes = need.totalBytes + (count - 1) * need.runtimeBytes;
    const usableBytes = count * usable;
    if (usableBytes >= requiredBytes) return { device, count, usableBytes, requiredBytes };
  }
  return null;
}

function byCountMemoryPrice(a: Match, b: Match): number {
  const price = ({ device }: Match) => device.msrpUsd ?? Number.MAX_VALUE;
  return a.count - b.count || a.usableBytes - b.usableBytes || price(a) - price(b);
}

builder.drizzleObjectField(Model, "devices", (t) =>
  t.field({
    type: [DeviceMatch],
    nullable: true,
    description:
      "Hardware that carries it: of each device as few as suffice, at most 8. Fewer devices come first, then the smaller memory, then the lower price. Null when its memory is unknown.",
    args: {
      ...settingsArgs,
      filter: t.arg({ type: DeviceFilter, description: "Which devices; all when left out." }),
      first: t.arg.int({ required: true, defaultValue: 10, description: "How many: 0 to 100." }),
    },
    select: { columns: ESTIMATE_COLUMNS },
    resolve: (model, { filter, first, ...settings }) => {
      checkPageSize("first", first);
      const need = estimate(model.memoryProfile, model, settings);
      if (!need) return null;
      return filterDevices(filter)
        .map((device) => matchDevice(device, need))
        .filter((match) => match !== null)
        .sort(byCountMemoryPrice)
        .slice(0, first);
    },
  }),
);
