/**
 * Placements: a model laid out over several devices, equal or not, with what does not fit in the
 * computer's own memory. It says per device what it holds, and what would help where it does not fit.
 */
import { usableMemoryBytes } from "../db/devices.ts";
import {
  type DevicePlacement,
  GIB,
  PLACEMENT_MODES,
  type Placement,
  type PlacementMode,
  place,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { deviceOf } from "./device-list.ts";
import { described } from "./enums.ts";
import { ctxArg, engineArgs, quantArg, settingsOf } from "./estimate-settings.ts";
import { DeviceCountInput, MOST_DEVICES } from "./hardware.ts";
import { badInput, checkRange, refusalsAsBadInput } from "./input-errors.ts";
import { Model } from "./model.ts";

const ModeEnum = builder.enumType("PlacementMode", {
  description: "How a model is divided.",
  values: described<PlacementMode>({
    LAYER_SPLIT: "Each device takes some layers, which work in turn.",
    TENSOR_SPLIT: "All devices work on every layer.",
    OFFLOAD: "As many layers on the devices as fit, the others in the computer's memory.",
    EXPERT_OFFLOAD: "As OFFLOAD, but only the experts of a layer leave the devices.",
  }),
});

const DevicePlacementType = builder.objectRef<DevicePlacement>("DevicePlacement").implement({
  description: "What one device holds.",
  fields: (t) => {
    const size = (description: string, bytes: (one: DevicePlacement) => number) =>
      t.field({ type: ByteSize, description, resolve: bytes });
    return {
      name: t.exposeString("name", { description: "Name of the device." }),
      firstLayer: t.exposeInt("firstLayer", { description: "First layer it holds, from 0." }),
      endLayer: t.exposeInt("endLayer", {
        description:
          "The layer behind the last it holds; equal to `firstLayer` when it holds none.",
      }),
      weights: size("Weights on it.", (one) => one.weightsBytes),
      cache: size("Cache and states on it.", (one) => one.cacheBytes),
      activations: size("Scratch space on it.", (one) => one.computeBytes),
      runtime: size("What the driver takes on it.", (one) => one.runtimeBytes),
      total: size("All of the above.", (one) => one.totalBytes),
      headroom: t.field({
        type: ByteSize,
        nullable: true,
        description: "What is left on it; null when it is too small.",
        resolve: ({ headroomBytes }) => (headroomBytes < 0 ? null : headroomBytes),
      }),
    };
  },
});

const PlacementType = builder.objectRef<Placement>("Placement").implement({
  description: "A model laid out over devices.",
  fields: (t) => ({
    mode: t.field({
      type: ModeEnum,
      description: "How it is divided.",
      resolve: ({ mode }) => mode,
    }),
    fits: t.exposeBoolean("fits", { description: "True when everything has its place." }),
    devices: t.field({
      type: [DevicePlacementType],
      description: "What each device holds, in the order they were given.",
      resolve: ({ devices }) => devices,
    }),
    host: t.field({
      type: ByteSize,
      description: "Weights and cache in the computer's own memory.",
      resolve: ({ hostBytes }) => hostBytes,
    }),
    offloadedLayers: t.exposeInt("offloadedLayers", {
      description: "Layers that run, wholly or with their experts, from the computer's memory.",
    }),
    shortfall: t.field({
      type: ByteSize,
      nullable: true,
      description: "By how much the fullest memory is too small; null when it fits.",
      resolve: ({ fits, shortfallBytes }) => (fits ? null : shortfallBytes),
    }),
  }),
});

builder.drizzleObjectField(Model, "placement", (t) =>
  t.field({
    type: PlacementType,
    nullable: true,
    description: "The model laid out over devices; null when its layers are unknown.",
    args: {
      devices: t.arg({
        type: [DeviceCountInput],
        required: true,
        description: "The devices, at most 64, in the order that layers are given to them.",
      }),
      mode: t.arg({
        type: ModeEnum,
        required: true,
        defaultValue: PLACEMENT_MODES[0],
        description: "How it is divided.",
      }),
      hostMemoryGib: t.arg.float({
        required: true,
        defaultValue: 0,
        description: "The computer's own memory for what is offloaded, in GiB; 0 for none.",
      }),
      ...quantArg,
      ...ctxArg,
      ...engineArgs,
    },
    select: { columns: { architecture: true } },
    // Every tensor is placed, which takes some ten milliseconds for a large model.
    complexity: { field: 100, multiplier: 1 },
    resolve: ({ architecture }, { devices: given, mode, hostMemoryGib, ...input }) => {
      checkRange("hostMemoryGib", hostMemoryGib, 0, 1e6);
      const settings = settingsOf(input);
      const devices = given.flatMap(({ device, count }) => {
        checkRange("devices.count", count, 1, MOST_DEVICES);
        const row = deviceOf("devices.device", device);
        const one = { name: row.name, memoryBytes: usableMemoryBytes(row) };
        return Array.from({ length: count }, () => one);
      });
      if (devices.length < 1 || devices.length > MOST_DEVICES) {
        throw badInput("devices", given, `1 to ${MOST_DEVICES} devices`);
      }
      if (!architecture) return null;
      const hostBytes = Math.floor(hostMemoryGib * GIB);
      return refusalsAsBadInput(() => place(architecture, settings, { devices, mode, hostBytes }));
    },
  }),
);
