/** Devices: the hardware that carries models, from the bundled table. One row is one memory variant. */
import {
  type Device as DeviceRow,
  type DeviceSegment,
  loadDevices,
  type PriceBasis,
  usableMemoryBytes,
} from "../db/devices.ts";
import { GIB } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { described } from "./enums.ts";
import { badInput, checkRange, checkText } from "./input-errors.ts";
import { slugPage } from "./slug-page.ts";

const SegmentEnum = builder.enumType("DeviceSegment", {
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
    slug: t.exposeString("slug", { description: "Short name, such as `nvidia-rtx-4090-24gb`." }),
    name: t.exposeString("name", { description: "Display name." }),
    vendor: t.exposeString("vendor", { description: "Who makes it." }),
    aliases: t.exposeStringList("aliases", { description: "Other names it is known by." }),
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
  }),
});

export const DeviceFilter = builder.inputType("DeviceFilter", {
  description: "Which devices; conditions are joined by AND, the values of one list by OR.",
  fields: (t) => ({
    search: t.string({ description: "Part of the name, the vendor or another name." }),
    vendors: t.stringList({ description: "Makers, such as `NVIDIA`, in any case." }),
    segments: t.field({ type: [SegmentEnum], description: "What they are made for." }),
    minMemoryGib: t.float({ description: "Least memory fitted, in GiB." }),
    maxMemoryGib: t.float({ description: "Most memory fitted, in GiB." }),
  }),
});

const DeviceConnection = builder.connectionObject(
  { type: Device, name: "DeviceConnection", description: "A page of devices." },
  { name: "DeviceEdge", description: "A device and its place in the list." },
);

/** The device of that slug, if there is one. */
export function findDevice(slug: string): DeviceRow | null {
  return loadDevices().find((device) => device.slug === slug) ?? null;
}

/** The device of that slug; throws `BAD_USER_INPUT` when there is none. */
export function deviceOf(argument: string, slug: string): DeviceRow {
  const device = findDevice(slug);
  if (device) return device;
  throw badInput(argument, slug, "the slug of a device, as `devices` lists them");
}

/** Devices that meet the filter, in the order of the table. */
export function filterDevices(filter: typeof DeviceFilter.$inferInput | null | undefined) {
  const { search, vendors, segments, minMemoryGib, maxMemoryGib } = filter ?? {};
  checkText("filter.search", search);
  checkRange("filter.minMemoryGib", minMemoryGib, 0, 1e6);
  checkRange("filter.maxMemoryGib", maxMemoryGib, 0, 1e6);
  const words = search?.toLowerCase();
  const makers = vendors?.map((vendor) => vendor.toLowerCase());
  return loadDevices().filter(
    (device) =>
      (!words || namesOf(device).includes(words)) &&
      (!makers || makers.includes(device.vendor.toLowerCase())) &&
      (!segments || segments.includes(device.segment)) &&
      device.memoryGib >= (minMemoryGib ?? 0) &&
      device.memoryGib <= (maxMemoryGib ?? Number.POSITIVE_INFINITY),
  );
}

function namesOf({ slug, vendor, name, aliases }: DeviceRow): string {
  return [slug, `${vendor} ${name}`, ...aliases].join("\n").toLowerCase();
}

builder.queryFields((t) => ({
  device: t.field({
    type: Device,
    nullable: true,
    description: "One device; null when there is none of that name.",
    args: { slug: t.arg.string({ required: true, description: "Its short name." }) },
    resolve: (_root, { slug }) => findDevice(slug),
  }),
  devices: t.connection(
    {
      type: Device,
      description: "Hardware, sorted by maker, name and memory.",
      args: {
        filter: t.arg({ type: DeviceFilter, description: "Which devices; all when left out." }),
      },
      resolve: (_root, { filter, ...page }) => slugPage(filterDevices(filter), page),
    },
    DeviceConnection,
  ),
}));
