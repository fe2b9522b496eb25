/**
 * What a reported measurement must look like, for the bundled files and for those that an
 * administrator adds. A reading without any word of where it comes from is not taken.
 */
import * as z from "zod";
import type { Measurement } from "../../db/measurements.ts";
import { CACHE_TYPES, type CacheType, MAX_TOKENS } from "../../estimator/index.ts";

const text = (longest: number) => z.string().trim().min(1).max(longest);
const unknown = null;
const cacheType = z.enum(Object.keys(CACHE_TYPES) as CacheType[]);
const day = z.iso
  .date()
  // A day's grace, because it is tomorrow already somewhere.
  .refine((date) => Date.parse(date) <= Date.now() + 86_400_000, "must not be in the future");

const fields = z.strictObject({
  engine: text(60),
  engineVersion: text(60).nullable().default(unknown),
  device: text(120),
  quant: z.string().regex(/^[A-Za-z0-9][\w.-]{0,59}$/, "must be the name of a weight format"),
  contextTokens: z
    .int()
    .positive()
    .max(MAX_TOKENS - 1),
  sequences: z.int().positive().max(65_536).default(1),
  cacheTypeK: cacheType.nullable().default(unknown),
  cacheTypeV: cacheType.nullable().default(unknown),
  /** From a mebibyte, below which somebody wrote another unit, to a pebibyte. */
  totalBytes: z
    .int()
    .min(2 ** 20)
    .max(2 ** 50),
  url: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .nullable()
    .default(unknown),
  origin: text(300).nullable().default(unknown),
  reportedBy: text(120).nullable().default(unknown),
  measuredOn: day.nullable().default(unknown),
  note: text(500).nullable().default(unknown),
});

export const measurement = fields.refine(
  ({ url, origin }) => url !== null || origin !== null,
  "needs a url, or an origin in words",
) satisfies z.ZodType<Measurement>;
