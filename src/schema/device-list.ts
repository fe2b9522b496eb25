/** Finding devices: by slug, or by a filter, in pages. */
import { type Device as DeviceRow, loadDevices } from "../db/devices.ts";
import { builder } from "./builder.ts";
import { Device, KindEnum, SegmentEnum } from "./device.ts";
import { badInput, checkRange, checkText } from "./input-errors.ts";
import { slugPage } from "./slug-page.ts";

export const DeviceFilter = builder.inputType("DeviceFilter", {
  description: "Which devices; conditions are joined by AND, the values of one list by OR.",
  fields: (t) => ({
    search: t.string({ description: "Part of the name, the vendor or another name." }),
    vendors: t.stringList({ description: "Makers, such as `NVIDIA`, in any case." }),
    kinds: t.field({ type: [KindEnum], description: "Sorts of chips." }),
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

export type DeviceFilterInput = typeof DeviceFilter.$inferInput;

/** Devices that meet the filter, in the order of the table. */
export function filterDevices(filter: DeviceFilterInput | null | undefined) {
  const { search, vendors, kinds, segments, minMemoryGib, maxMemoryGib } = filter ?? {};
  checkText("filter.search", search);
  checkRange("filter.minMemoryGib", minMemoryGib, 0, 1e6);
  checkRange("filter.maxMemoryGib", maxMemoryGib, 0, 1e6);
  const words = search?.toLowerCase();
  const makers = vendors?.map((vendor) => vendor.toLowerCase());
  return loadDevices().filter(
    (device) =>
      (!words || namesOf(device).includes(words)) &&
      (!makers || makers.includes(device.vendor.toLowerCase())) &&
      (!kinds || kinds.includes(device.kind)) &&
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
