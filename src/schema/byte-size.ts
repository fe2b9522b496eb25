/** Sizes: one number of bytes, given in every unit that people use, so that none has to be guessed. */
import { formatBytes, toGB, toGiB } from "../estimator/index.ts";
import { builder } from "./builder.ts";

/** The number of bytes is all there is; the units are computed when asked for. */
export const ByteSize = builder.objectRef<number>("ByteSize").implement({
  description: "An amount of memory.",
  fields: (t) => ({
    bytes: t.field({
      type: "BigInt",
      description: "Bytes, exactly.",
      resolve: (bytes) => bytes,
    }),
    gib: t.float({
      description: "GiB of 2^30 bytes, unrounded: the unit in which memory is fitted.",
      resolve: (bytes) => toGiB(bytes),
    }),
    gb: t.float({
      description: "GB of 10^9 bytes, unrounded: the unit of disks and downloads.",
      resolve: (bytes) => toGB(bytes),
    }),
    formatted: t.string({
      description: "For people, in binary units: `4.58 GiB`.",
      resolve: (bytes) => formatBytes(bytes),
    }),
  }),
});
