/** How much hardware: the three tiers that model pages colour, a finer scale, and their legends. */
import {
  GIB,
  HARDWARE_SIZES,
  HARDWARE_TIERS,
  type HardwareSize,
  type HardwareTier,
  hardwareSizeGiB,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { described } from "./enums.ts";

const LABELS: Record<HardwareTier, string> = {
  CONSUMER_24GB: "Fits 24 GB consumer GPU",
  DATACENTER_80GB: "Fits 80 GB datacenter GPU",
  CLUSTER: "Requires cluster / multi-GPU",
};
/** The bound of `hardwareTier` in the estimator; the last tier has none. */
const MEMORY_GIB: Record<HardwareTier, number | null> = {
  CONSUMER_24GB: 24,
  DATACENTER_80GB: 80,
  CLUSTER: null,
};

export const HardwareTierEnum = builder.enumType("HardwareTier", {
  description: "How much hardware, in the three steps that model pages use.",
  values: described<HardwareTier>({
    CONSUMER_24GB: "Fits a consumer GPU of 24 GB.",
    DATACENTER_80GB: "Fits a data-centre GPU of 80 GB.",
    CLUSTER: "Needs several GPUs or a cluster.",
  }),
});

const HardwareTierStep = builder.objectRef<HardwareTier>("HardwareTierStep").implement({
  description: "One step of the scale, for a legend.",
  fields: (t) => ({
    tier: t.field({
      type: HardwareTierEnum,
      description: "The step.",
      resolve: (tier) => tier,
    }),
    label: t.string({ description: "English label.", resolve: (tier) => LABELS[tier] }),
    memory: t.field({
      type: ByteSize,
      nullable: true,
      description: "Most memory that it holds; null for the last step.",
      resolve: (tier) => {
        const gib = MEMORY_GIB[tier];
        return gib === null ? null : gib * GIB;
      },
    }),
  }),
});

const describeSize = (size: HardwareSize): string => {
  if (size === "SEVERAL") return "One machine of several devices, at most eight of 192 GB.";
  if (size === "CLUSTER") return "Several machines.";
  return `One device of ${hardwareSizeGiB(size)} GB, which is that many GiB.`;
};

export const HardwareSizeEnum = builder.enumType("HardwareSize", {
  description: "How much hardware, by the memory of the smallest device that holds it.",
  values: described(
    Object.fromEntries(HARDWARE_SIZES.map((size) => [size, describeSize(size)])) as Record<
      HardwareSize,
      string
    >,
  ),
});

const HardwareSizeStep = builder.objectRef<HardwareSize>("HardwareSizeStep").implement({
  description: "One step of the finer scale, for a legend.",
  fields: (t) => ({
    size: t.field({ type: HardwareSizeEnum, description: "The step.", resolve: (size) => size }),
    memory: t.field({
      type: ByteSize,
      nullable: true,
      description: "Most memory that it holds; null for the last step.",
      resolve: (size) => {
        const gib = hardwareSizeGiB(size);
        return gib === null ? null : gib * GIB;
      },
    }),
  }),
});

builder.queryFields((t) => ({
  hardwareTiers: t.field({
    type: [HardwareTierStep],
    description: "The scale of `hardwareTier`, smallest first.",
    resolve: () => [...HARDWARE_TIERS],
  }),
  hardwareSizes: t.field({
    type: [HardwareSizeStep],
    description: "The scale of `hardwareSize`, smallest first.",
    resolve: () => [...HARDWARE_SIZES],
  }),
}));
