/**
 * What people measured, as a layer of its own beside the estimates: each reading with the settings it
 * was taken under, the estimate for the same settings, and how far that is off.
 */
import type { measurements } from "../db/tables.ts";
import {
  ENGINES,
  type Engine,
  EstimatorError,
  evaluate,
  type MemoryProfile,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { Model } from "./model.ts";
import { checkPageSize } from "./page.ts";
import { WEIGHT_FORMAT_NAMES, type WeightFormatName } from "./quantization.ts";
import { billed, type Estimate, MemoryEstimate } from "./vram.ts";

interface Measured {
  reading: typeof measurements.$inferSelect;
  /** The estimate under the same settings, or why there is none. */
  estimate: Estimate | null;
  reason: string | null;
}

interface Deviation {
  estimated: number;
  measured: number;
}

const EstimateError = builder.objectRef<Deviation>("EstimateError").implement({
  description: "How far an estimate is from what was measured.",
  fields: (t) => ({
    bytes: t.field({
      type: "BigInt",
      description: "Estimated minus measured, in bytes: negative when the estimate is too low.",
      resolve: ({ estimated, measured }) => estimated - measured,
    }),
    fraction: t.float({
      description: "The same as a fraction of what was measured: 0.02 is 2% too high.",
      resolve: ({ estimated, measured }) => (estimated - measured) / measured,
    }),
  }),
});

const Measurement = builder.objectRef<Measured>("Measurement").implement({
  description:
    "Memory that somebody read off a device while a model ran. Reported by the community, not checked by the catalog, and never used for its estimates.",
  fields: (t) => ({
    engine: t.string({
      description: "The program that ran the model, such as `llama.cpp`.",
      resolve: ({ reading }) => reading.engine,
    }),
    engineVersion: t.string({
      nullable: true,
      description: "Its version; null when not reported.",
      resolve: ({ reading }) => reading.engineVersion,
    }),
    device: t.string({
      description: "The device it ran on, as reported.",
      resolve: ({ reading }) => reading.device,
    }),
    quant: t.string({
      description: "Name of the weight format, as reported.",
      resolve: ({ reading }) => reading.quant,
    }),
    contextTokens: t.int({
      description: "Context in tokens.",
      resolve: ({ reading }) => reading.contextTokens,
    }),
    batch: t.int({
      description: "Sequences served at the same time.",
      resolve: ({ reading }) => reading.sequences,
    }),
    cacheTypeK: t.string({
      nullable: true,
      description: "Storage type of cached keys, such as `q8_0`; null when not reported.",
      resolve: ({ reading }) => reading.cacheTypeK,
    }),
    cacheTypeV: t.string({
      nullable: true,
      description: "Storage type of cached values; null when not reported.",
      resolve: ({ reading }) => reading.cacheTypeV,
    }),
    total: t.field({
      type: ByteSize,
      description: "All that the program took on the device, as measured.",
      resolve: ({ reading }) => reading.totalBytes,
    }),
    url: t.string({
      nullable: true,
      description: "Page where it was reported; null when there is none.",
      resolve: ({ reading }) => reading.url,
    }),
    origin: t.string({
      nullable: true,
      description: "Where it comes from in words; null when the page says it.",
      resolve: ({ reading }) => reading.origin,
    }),
    reportedBy: t.string({
      nullable: true,
      description: "Who measured it; null when not known.",
      resolve: ({ reading }) => reading.reportedBy,
    }),
    measuredOn: t.field({
      type: "Date",
      nullable: true,
      description: "When it was measured; null when not known.",
      resolve: ({ reading }) => reading.measuredOn,
    }),
    note: t.string({
      nullable: true,
      description: "What else to know, such as how exact the reading is.",
      resolve: ({ reading }) => reading.note,
    }),
    estimate: t.field({
      type: MemoryEstimate,
      nullable: true,
      description:
        "The catalog's estimate for the same settings, without a margin; null when there is none, see `estimateReason`.",
      resolve: ({ estimate }) => estimate,
    }),
    estimateReason: t.string({
      nullable: true,
      description: "Why there is no estimate for these settings; null when there is one.",
      resolve: ({ reason }) => reason,
    }),
    error: t.field({
      type: EstimateError,
      nullable: true,
      description: "How far the estimate is off; null when there is none.",
      resolve: ({ reading, estimate }) =>
        estimate && { estimated: estimate.totalBytes, measured: reading.totalBytes },
    }),
  }),
});

builder.drizzleObjectField(Model, "measurements", (t) =>
  t.field({
    type: [Measurement],
    description:
      "Memory that people measured, largest first: a layer of its own, beside the estimates.",
    args: {
      first: t.arg.int({ required: true, defaultValue: 20, description: "How many: 0 to 100." }),
    },
    select: ({ first }, _context, nested) => {
      checkPageSize("first", first);
      const measurements = nested({ limit: first, orderBy: { totalBytes: "desc", id: "asc" } });
      return { columns: { memoryProfile: true }, with: { measurements } };
    },
    resolve: ({ memoryProfile, measurements }) =>
      measurements.map((reading) => ({ reading, ...estimated(memoryProfile, reading) })),
  }),
);

function estimated(
  profile: MemoryProfile | null,
  reading: Measured["reading"],
): Omit<Measured, "reading"> {
  if (profile === null) return without("The memory of this model is not known.");
  const { quant, engine, contextTokens, sequences, cacheTypeK, cacheTypeV } = reading;
  if (!isEngine(engine)) return without(`What ${engine} allocates is not modelled.`);
  if (!isFormat(quant)) return without(`${quant} is not a weight format of the catalog.`);
  const cache = { ...(cacheTypeK && { cacheTypeK }), ...(cacheTypeV && { cacheTypeV }) };
  try {
    const bill = evaluate(profile, { quant, engine, contextTokens, sequences, ...cache });
    return { estimate: billed(profile, bill, quant, contextTokens), reason: null };
  } catch (error) {
    if (error instanceof EstimatorError) return without(`${error.message}.`);
    throw error;
  }
}

function without(reason: string): Omit<Measured, "reading"> {
  return { estimate: null, reason };
}

function isEngine(name: string): name is Engine {
  return ENGINES.some((engine) => engine === name);
}

function isFormat(name: string): name is WeightFormatName {
  return WEIGHT_FORMAT_NAMES.some((format) => format === name);
}
