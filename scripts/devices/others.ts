/**
 * Hardware of every maker but NVIDIA: AMD and Intel cards and accelerators, Apple and AMD machines
 * with unified memory, and the accelerators of the cloud providers.
 */
import { bus, type DeviceSpec, inSegment } from "./specs.ts";

const desktop = inSegment("CONSUMER", { priceBasis: "LAUNCH" });
const workstation = inSegment("WORKSTATION", { priceBasis: "LAUNCH" });
const server = inSegment("DATACENTER", { priceBasis: "STREET" });
const chip = inSegment("DATACENTER", { kind: "ASIC", priceBasis: "STREET" });

export const amd: DeviceSpec[] = [
  desktop("Radeon RX 9070 XT", "RX 9070 XT", { 16: bus(256, 20) }, { bf16: 195 }),
  desktop(
    "Radeon RX 9070",
    "RX 9070",
    { 16: bus(256, 20) },
    {
      bf16: 145,
      notes: "Some catalogs print 560 GB/s; 256 bits of 20 Gbit/s memory give 640.",
    },
  ),
  desktop("Radeon RX 9060 XT", "RX 9060 XT", { 8: bus(128, 20), 16: bus(128, 20) }),
  desktop("Radeon RX 7900 XTX", "RX 7900 XTX", { 24: bus(384, 20) }, { bf16: 122.8 }),
  desktop("Radeon RX 7900 XT", "RX 7900 XT", { 20: bus(320, 20) }, { bf16: 103 }),
  desktop("Radeon RX 7900 GRE", "RX 7900 GRE", { 16: bus(256, 18) }, { bf16: 92 }),
  desktop("Radeon RX 7800 XT", "RX 7800 XT", { 16: bus(256, 19.5) }, { bf16: 74.7 }),
  desktop("Radeon RX 7700 XT", "RX 7700 XT", { 12: bus(192, 18) }, { bf16: 70.3 }),
  desktop("Radeon RX 7600 XT", "RX 7600 XT", { 16: bus(128, 18) }),
  desktop("Radeon RX 7600", null, { 8: bus(128, 18) }, { year: 2023, watts: 165, usd: 269 }),
  desktop("Radeon RX 6950 XT", "RX 6950 XT", { 16: bus(256, 18) }),
  desktop("Radeon RX 6900 XT", null, { 16: bus(256, 16) }, { year: 2020, watts: 300, usd: 999 }),
  desktop("Radeon RX 6800 XT", null, { 16: bus(256, 16) }, { year: 2020, watts: 300, usd: 649 }),
  desktop("Radeon RX 6800", "RX 6800", { 16: bus(256, 16) }),
  desktop("Radeon RX 6700 XT", "RX 6700 XT", { 12: bus(192, 16) }),
  desktop("Radeon RX 6700", "RX 6700", { 10: bus(160, 16) }),
  desktop(
    "Radeon RX 6650 XT",
    "RX 6650 XT",
    { 8: bus(128, 17.5) },
    {
      notes: "Catalogs print 256 or 280 GB/s; 128 bits of 17.5 Gbit/s memory give 280.",
    },
  ),
  desktop("Radeon RX 6600 XT", "RX 6600 XT", { 8: bus(128, 16) }),
  desktop("Radeon RX 6600", "RX 6600", { 8: bus(128, 14) }),
  desktop("Radeon RX 5700 XT", "RX 5700 XT", { 8: bus(256, 14) }),
  desktop("Radeon RX 5700", "RX 5700", { 8: bus(256, 14) }),
  desktop(
    "Radeon RX 5600 XT",
    "RX 5600 XT",
    { 6: bus(192, 12) },
    {
      notes: "288 GB/s as launched, 336 with the faster firmware that many cards carry.",
    },
  ),
  desktop("Radeon RX 5500 XT", "RX 5500 XT", { 4: bus(128, 14), 8: bus(128, 14) }),
  desktop("Radeon VII", null, { 16: 1024 }, { year: 2019, watts: 300, usd: 699 }),

  workstation("Radeon AI PRO R9700", "R9700 PRO", { 32: bus(256, 20) }, { bf16: 191 }),
  workstation("Radeon PRO W7900", "PRO W7900", { 48: bus(384, 18) }, { bf16: 122.6 }),
  workstation(
    "Radeon PRO W7800",
    "PRO W7800",
    { 32: bus(256, 18), 48: bus(384, 18) },
    {
      bf16: 90.5,
    },
  ),
  workstation("Radeon Pro V620", "Radeon Pro V620", { 32: bus(256, 16) }),
  workstation("Radeon Pro VII", "Radeon Pro VII", { 16: 1024 }),

  server("Instinct MI355X", null, { 288: 8000 }, { bf16: 2516.6, year: 2025, watts: 1400 }),
  server("Instinct MI350X", null, { 288: 8000 }, { bf16: 2306.9, year: 2025, watts: 1000 }),
  server("Instinct MI325X", null, { 256: 6000 }, { bf16: 1307.4, year: 2024, watts: 1000 }),
  server("Instinct MI300X", "MI300", { 192: 5300 }, { bf16: 1307.4 }),
  server(
    "Instinct MI300A",
    null,
    { 128: 5300 },
    {
      bf16: 980.6,
      year: 2023,
      watts: 760,
      unified: true,
      usable: { fraction: 0.9, basis: "ASSUMED" },
      notes: "Processor and GPU share the memory; how much is left for models is an assumption.",
    },
  ),
  server(
    "Instinct MI250X",
    null,
    { 128: 3277 },
    {
      bf16: 383,
      year: 2021,
      watts: 560,
      notes: "Two chips of 64 GiB each, seen by software as two devices.",
    },
  ),
  server(
    "Instinct MI250",
    "MI250",
    { 128: 3277 },
    {
      bf16: 362.1,
      notes: "Two chips of 64 GiB each, seen by software as two devices.",
    },
  ),
  server("Instinct MI210", "MI210", { 64: 1638 }, { bf16: 181 }),
  server("Instinct MI100", "MI100", { 32: 1229 }, { bf16: 92.3 }),
  server("Instinct MI60", "MI60", { 32: 1024 }),
  server("Instinct MI50", "MI50", { 16: 1024, 32: 1024 }),
];

const strixHalo = inSegment("UNIFIED", {
  usable: { fraction: 0.75, basis: "OS_DEFAULT" },
  priceBasis: "WHOLE_COMPUTER",
});
const integrated = inSegment("UNIFIED", {
  usable: { fraction: 0.5, basis: "OS_DEFAULT" },
  usd: null,
  notes: "System memory, here DDR5; the driver lends the GPU half of it unless told otherwise.",
});
const ddr5 = (rate: number, ...sizes: number[]) =>
  Object.fromEntries(sizes.map((gib) => [gib, bus(128, rate)]));

export const amdUnified: DeviceSpec[] = [
  strixHalo(
    "Ryzen AI Max+ 395",
    "Ryzen AI Max+ 395",
    { 64: 256, 96: 256, 128: 256 },
    {
      aliases: ["Strix Halo", "Framework Desktop"],
      notes:
        "The firmware lends the GPU up to 96 of 128 GiB under Windows; Linux can map more, about 110.",
    },
  ),
  strixHalo(
    "Ryzen AI Max 385",
    null,
    { 32: 256, 64: 256 },
    {
      aliases: ["Strix Halo"],
      year: 2025,
      watts: 120,
    },
  ),
  integrated("Radeon 890M", "Radeon 890M", ddr5(5.6, 32, 64, 96)),
  integrated("Radeon 880M", "Radeon 880M", ddr5(5.6, 32, 64, 96)),
  integrated("Radeon 860M", "Radeon 860M", ddr5(5.6, 16, 32, 64)),
  integrated("Radeon 780M", "Radeon 780M", ddr5(5.6, 16, 32, 64, 96)),
  integrated("Radeon 760M", "Radeon 760M", ddr5(5.6, 16, 32, 64)),
  integrated("Radeon 680M", "Radeon 680M", ddr5(4.8, 16, 32, 64)),
];

/**
 * macOS lends the GPU two thirds of small memories and three quarters from 36 GiB up, as its Metal
 * driver reports; the script picks the share by size. A newer macOS was seen to lend 84% of 128 GiB.
 */
const mac = inSegment("UNIFIED", { priceBasis: "WHOLE_COMPUTER" });

export const apple: DeviceSpec[] = [
  mac("M5 Ultra", "Apple M5 Ultra", { 96: null, 256: null }),
  mac("M5 Max (32-core GPU)", "Apple M5 Max", { 36: 460 }),
  mac("M5 Max (40-core GPU)", "Apple M5 Max", { 48: 614, 64: 614, 128: 614 }),
  mac("M5 Pro", "Apple M5 Pro", { 24: 307, 48: 307, 64: 307 }),
  mac("M5", "Apple M5", { 16: 153, 24: 153, 32: 153 }),
  mac("M4 Max (32-core GPU)", "Apple M4 Max", { 36: 410 }),
  mac("M4 Max (40-core GPU)", "Apple M4 Max", { 48: 546, 64: 546, 128: 546 }),
  mac("M4 Pro", "Apple M4 Pro", { 24: 273, 48: 273, 64: 273 }),
  mac("M4", "Apple M4", { 16: 120, 24: 120, 32: 120 }),
  mac("M3 Ultra", "Apple M3 Ultra", { 96: 819, 256: 819, 512: 819 }),
  mac("M3 Max (30-core GPU)", "Apple M3 Max", { 36: 300, 96: 300 }),
  mac("M3 Max (40-core GPU)", "Apple M3 Max", { 48: 400, 64: 400, 128: 400 }),
  mac("M3 Pro", "Apple M3 Pro", { 18: 150, 36: 150 }),
  mac("M3", "Apple M3", { 8: 100, 16: 100, 24: 100 }),
  mac("M2 Ultra", "Apple M2 Ultra", { 64: 800, 128: 800, 192: 800 }),
  mac("M2 Max", "Apple M2 Max", { 32: 400, 64: 400, 96: 400 }),
  mac("M2 Pro", "Apple M2 Pro", { 16: 200, 32: 200 }),
  mac("M2", "Apple M2", { 8: 100, 16: 100, 24: 100 }),
  mac("M1 Ultra", "Apple M1 Ultra", { 64: 800, 128: 800 }),
  mac("M1 Max", "Apple M1 Max", { 32: 400, 64: 400 }),
  mac("M1 Pro", "Apple M1 Pro", { 16: 200, 32: 200 }),
  mac("M1", "Apple M1", { 8: 68, 16: 68 }),
];

export const intel: DeviceSpec[] = [
  workstation("Arc Pro B70", "Arc Pro B70", { 32: bus(256, 19) }),
  workstation(
    "Arc Pro B60",
    "Arc B60",
    { 24: bus(192, 19) },
    {
      notes: "A board with two of these GPUs is sold as 48 GB; each sees its own 24.",
    },
  ),
  workstation("Arc Pro B50", "Arc B50", { 16: bus(128, 14) }),
  desktop("Arc B580", "Arc B580", { 12: bus(192, 19) }),
  desktop("Arc B570", "Arc B570", { 10: bus(160, 19) }),
  desktop("Arc A770", "Arc A770", { 8: bus(256, 16), 16: bus(256, 17.5) }),
  desktop("Arc A750", "Arc A750", { 8: bus(256, 16) }),
  desktop("Arc A380", "Arc A380", { 6: bus(96, 15.5) }),
  chip("Gaudi 3", null, { 128: 3700 }, { bf16: 1835, year: 2024 }),
  chip("Gaudi 2", null, { 96: 2450 }, { bf16: 432, year: 2022 }),
  chip("Gaudi", null, { 32: 1000 }, { year: 2019 }),
];

const snapdragon = inSegment("UNIFIED", {
  usable: { fraction: 0.5, basis: "ASSUMED" },
  priceBasis: "WHOLE_COMPUTER",
});

export const qualcomm: DeviceSpec[] = [
  snapdragon("Snapdragon X Elite", "Snapdragon X Elite X1E-80-100", { 16: 135, 32: 135, 64: 135 }),
  snapdragon("Snapdragon X Plus", "Snapdragon X Plus X1P-64-100", { 16: 135, 32: 135 }),
];

export const google: DeviceSpec[] = [
  chip("TPU v4", null, { 32: 1200 }, { bf16: 275, year: 2021 }),
  chip(
    "TPU v5e",
    null,
    { 16: 819 },
    { bf16: 197, year: 2023, notes: "Printed as 810 or 819 GB/s." },
  ),
  chip(
    "TPU v5p",
    null,
    { 95: 2765 },
    {
      bf16: 459,
      year: 2023,
      notes: "Printed as 95 or 96 GB, and 2,765 or 2,800 GB/s.",
    },
  ),
  chip("TPU v6e (Trillium)", null, { 32: 1640 }, { bf16: 918, year: 2024 }),
  chip("TPU7x (Ironwood)", null, { 192: 7370 }, { bf16: 2307, year: 2025 }),
];

export const aws: DeviceSpec[] = [
  chip("Inferentia2", null, { 32: 820 }, { bf16: 190, year: 2023 }),
  chip("Trainium1", null, { 32: 820 }, { bf16: 190, year: 2022 }),
  chip(
    "Trainium2",
    null,
    { 96: 2900 },
    {
      bf16: 667,
      year: 2024,
      notes: "Documents of the maker state 2.9 and 3 TB/s.",
    },
  ),
  chip("Trainium3", null, { 144: 4900 }, { bf16: 671, year: 2025 }),
];

export const huawei: DeviceSpec[] = [chip("Ascend 910B", null, { 64: 1600 }, { year: 2023 })];
