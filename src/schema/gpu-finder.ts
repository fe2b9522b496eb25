/**
 * The GPU finder: which hardware carries a model. The rule is stated and simple: as few devices as
 * can hold the estimate, fewer devices before more, then the smaller memory, then the lower price.
 */
import { type Device as DeviceRow, usableMemoryBytes } from "../db/devices.ts";
import { type MemoryProfile, RUNTIME_BYTES } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { Device } from "./device.ts";
import { DeviceFilter, type DeviceFilterInput, deviceOf, filterDevices } from "./device-list.ts";
import { ESTIMATE_COLUMNS } from "./estimate-selection.ts";
import { type SettingsInput, settingsArgs } from "./estimate-settings.ts";
import { Model } from "./model.ts";
import { ContextLimit, contextLimit } from "./model-limits.ts";
import { checkPageSize } from "./page.ts";
import { Speed, speedOn } from "./speed.ts";
import { type Estimate, estimateOfModel } from "./vram.ts";

interface Fit {
  device: DeviceRow;
  count: number;
  usableBytes: number;
  requiredBytes: number;
}

/** A fit with what its other figures are computed from. */
interface Match extends Fit {
  profile: MemoryProfile | null;
  settings: SettingsInput;
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
    longestContext: t.field({
      type: ContextLimit,
      nullable: true,
      description: "The longest context that fits there; null when its layers are unknown.",
      complexity: { field: 5, multiplier: 1 },
      resolve: ({ profile, settings, count, usableBytes }) =>
        profile && contextLimit(profile, settings, usableBytes - driversBeyondOne(count)),
    }),
    speed: t.field({
      type: Speed,
      nullable: true,
      description:
        "How fast it runs there; null when the bandwidth is unknown. llama.cpp runs on several devices as fast as on one, as they work in turn.",
      resolve: ({ profile, settings, device, count }) =>
        profile && speedOn(profile, settings, device, count),
    }),
  }),
});

/** Servers take eight accelerators; more than that is a cluster with a network between. */
const MOST_DEVICES = 8;

/** An estimate has the driver's part once, but it takes it on every device. */
const driversBeyondOne = (count: number) => (count - 1) * RUNTIME_BYTES.central;

/** As few of a device as carry the estimate; null when eight do not. */
function fewest(device: DeviceRow, need: Estimate): Fit | null {
  const isCard = !device.unifiedMemory && device.segment !== "LAPTOP";
  const usable = usableMemoryBytes(device);
  for (let count = 1; count <= (isCard ? MOST_DEVICES : 1); count++) {
    const requiredBytes = need.totalBytes + (count - 1) * need.runtimeBytes;
    const usableBytes = count * usable;
    if (usableBytes >= requiredBytes) return { device, count, usableBytes, requiredBytes };
  }
  return null;
}

function byCountMemoryPrice(a: Fit, b: Fit): number {
  const price = ({ device }: Fit) => device.msrpUsd ?? Number.MAX_VALUE;
  return a.count - b.count || a.usableBytes - b.usableBytes || price(a) - price(b);
}

/** What people can buy as its maker sells it, unless they ask for something else. */
function onSale(filter: DeviceFilterInput | null | undefined): DeviceFilterInput {
  if (filter?.kinds || filter?.search) return filter;
  return { ...filter, kinds: filter?.vendors ? ["GPU", "ASIC"] : ["GPU"] };
}

builder.drizzleObjectFields(Model, (t) => ({
  devices: t.field({
    type: [DeviceMatch],
    nullable: true,
    description:
      "Hardware that carries it: of each device as few as suffice, at most 8. Fewer devices come first, then the smaller memory, then the lower price. Null when its memory is unknown.",
    args: {
      ...settingsArgs,
      filter: t.arg({
        type: DeviceFilter,
        description:
          "Which devices. ASICs are left out unless `kinds`, `vendors` or `search` asks for them, and modified cards unless `kinds` or `search` does.",
      }),
      first: t.arg.int({ required: true, defaultValue: 10, description: "How many: 0 to 100." }),
    },
    select: { columns: ESTIMATE_COLUMNS },
    resolve: (model, { filter, first, ...settings }) => {
      checkPageSize("first", first);
      const need = estimateOfModel(model.memoryProfile, model, settings);
      if (!need) return null;
      return filterDevices(onSale(filter))
        .map((device) => fewest(device, need))
        .filter((fit) => fit !== null)
        .sort(byCountMemoryPrice)
        .slice(0, first)
        .map((fit) => ({ ...fit, profile: model.memoryProfile, settings }));
    },
  }),
  onDevice: t.field({
    type: DeviceMatch,
    nullable: true,
    description:
      "How it runs on one device, or on as few of it as suffice; null when 8 do not, or its memory is unknown.",
    args: {
      device: t.arg.string({ required: true, description: "Slug of the device." }),
      ...settingsArgs,
    },
    select: { columns: ESTIMATE_COLUMNS },
    resolve: (model, { device, ...settings }) => {
      const row = deviceOf("device", device);
      const need = estimateOfModel(model.memoryProfile, model, settings);
      const fit = need && fewest(row, need);
      return fit && { ...fit, profile: model.memoryProfile, settings };
    },
  }),
}));
