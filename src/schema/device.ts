/** Devices: the hardware that carries models, from the bundled table. One row is one memory variant. */
import {
  type DeviceKind,
  type Device as DeviceRow,
  type DeviceSegment,
  type PriceBasis,
  type UsableBasis,
  usableMemoryBytes,
} from "../db/devices.ts";
import { GIB } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { described } from "./enums.ts";

export const SegmentEnum = builder.enumType("DeviceSegment", {
  description: "What a device is made for.",
  values: described<DeviceSegment>({
    CONSUMER: "Graphics card for desktops.",
    LAPTOP: "Built into a laptop.",
    WORKSTATION: "Graphics card for workstations.",
    DATACENTER: "Accelerator for servers.",
    UNIFIED: "Computer whose processor and accelerator share one memory.",
    EMBEDDED: "Small board.",
  }),
});

export const KindEnum = builder.enumType("DeviceKind", {
  description: "What sort of chip it is.",
  values: described<DeviceKind>({
    GPU: "A graphics processor, on a card of its own or beside a processor.",
    MODIFIED_GPU: "A graphics card that others than its maker have given more memory.",
    ASIC: "A chip for neural networks alone, such as a TPU or Trainium; most can only be rented.",
  }),
});

const UsableBasisEnum = builder.enumType("UsableMemoryBasis", {
  description: "How the usable share of a device's memory is known.",
  values: described<UsableBasis>({
    INSTALLED: "All that is fitted can be used.",
    DRIVER_REPORTED: "A driver was seen to report it.",
    OS_DEFAULT: "The operating system allows this share unless it is told otherwise.",
    ASSUMED: "No source gives it.",
  }),
});

const SourcesType = builder.objectRef<DeviceRow["sources"]>("DeviceSources").implement({
  description: "Where the figures of a device come from.",
  fields: (t) => ({
    specification: t.exposeString("spec", { description: "Name, memory, year, power and price." }),
    bandwidth: t.exposeString("bandwidth", {
      nullable: true,
      description: "The memory's bandwidth; null when that is unknown.",
    }),
    throughput: t.exposeString("tensor", {
      nullable: true,
      description: "Matrix throughput; null when that is unknown.",
    }),
  }),
});

const PriceBasisEnum = builder.enumType("PriceBasis", {
  description: "What a price stands for.",
  values: described<PriceBasis>({
    LAUNCH: "Price of the card when it came out.",
    STREET: "What it is sold for, as no price was announced.",
    WHOLE_COMPUTER: "Price of the whole computer.",
    MODULE: "Price of a module without a computer around it.",
  }),
});

export const Device = builder.objectRef<DeviceRow>("Device").implement({
  description: "Hardware that carries models, in one of the memory sizes it is sold with.",
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({
      description: "Global id: the name of the type, a colon, and the slug.",
      resolve: ({ slug }) => `Device:${slug}`,
    }),
    slug: t.exposeString("slug", {
      description: "Short name, such as `nvidia-geforce-rtx-4090-24gb`.",
    }),
    name: t.exposeString("name", { description: "Display name." }),
    vendor: t.exposeString("vendor", { description: "Who makes it." }),
    aliases: t.exposeStringList("aliases", { description: "Other names it is known by." }),
    kind: t.field({
      type: KindEnum,
      description: "What sort of chip it is.",
      resolve: ({ kind }) => kind,
    }),
    segment: t.field({
      type: SegmentEnum,
      description: "What it is made for.",
      resolve: ({ segment }) => segment,
    }),
    memory: t.field({
      type: ByteSize,
      description: "Memory fitted.",
      resolve: ({ memoryGib }) => memoryGib * GIB,
    }),
    usableMemory: t.field({
      type: ByteSize,
      description: "The part of it that one program can allocate.",
      resolve: usableMemoryBytes,
    }),
    usableMemoryBasis: t.field({
      type: UsableBasisEnum,
      description: "How the usable part is known.",
      resolve: ({ usableBasis }) => usableBasis,
    }),
    unifiedMemory: t.exposeBoolean("unifiedMemory", {
      description: "True where processor and accelerator share one memory.",
    }),
    memoryBandwidthGBps: t.exposeFloat("memoryBandwidthGBps", {
      nullable: true,
      description: "Theoretical peak in GB (10^9 bytes) a second; null when unknown.",
    }),
    tensorTflopsBf16: t.exposeFloat("tensorTflopsBf16", {
      nullable: true,
      description: "Dense BF16 matrix throughput in 10^12 operations a second; null when unknown.",
    }),
    powerWatts: t.exposeFloat("powerWatts", {
      nullable: true,
      description: "Highest sustained power draw, in watts; null when unknown.",
    }),
    msrpUsd: t.exposeFloat("msrpUsd", {
      nullable: true,
      description: "Price in US dollars, see `priceBasis`; null when unknown.",
    }),
    priceBasis: t.field({
      type: PriceBasisEnum,
      nullable: true,
      description: "What the price stands for; null when there is no price.",
      resolve: ({ priceBasis }) => priceBasis,
    }),
    releaseYear: t.exposeInt("releaseYear", {
      nullable: true,
      description: "Year it came out; null when unknown.",
    }),
    notes: t.exposeString("notes", {
      nullable: true,
      description: "What a buyer should know; null when there is nothing to say.",
    }),
    sources: t.field({
      type: SourcesType,
      description: "Where its figures come from.",
      resolve: ({ sources }) => sources,
    }),
  }),
});
