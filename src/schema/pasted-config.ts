/**
 * A pasted `config.json` as the calculator takes it: bounded, read by the ingester's own reader, so the
 * calculator and the catalog never disagree about a file, and weighed like any other model.
 */
import { compile, type MemoryProfile } from "../estimator/index.ts";
import type { ConfigReading, SchemaContext } from "./context.ts";
import { badInput, refusalsAsBadInput, unusable } from "./input-errors.ts";
import { PRINTED_COLUMNS, type PrintedRow } from "./specification.ts";
import { type Estimate, type EstimateInput, estimate } from "./vram.ts";

/** Real configs have up to 75,000; more only where thousands of unquantized tensors are listed. */
export const MOST_CHARACTERS = 200_000;

/** Reading and compiling take some milliseconds, as much as a page of fields. */
export const READING_COST = { field: 100, multiplier: 1 };

/** By request and text: sixty names for one long text are one reading. */
const readings = new WeakMap<SchemaContext, Map<string, Promise<ConfigReading>>>();

/** Reads a config that `argument` gives; throws `BAD_USER_INPUT` when it is too long to be one. */
export async function readingOf(
  argument: string,
  config: string,
  context: SchemaContext,
): Promise<ConfigReading> {
  if (config.length > MOST_CHARACTERS) {
    throw badInput(argument, config, `at most ${MOST_CHARACTERS} characters`);
  }
  const known = readings.get(context) ?? new Map<string, Promise<ConfigReading>>();
  readings.set(context, known);
  const reading = known.get(config) ?? context.readConfig(config);
  known.set(config, reading);
  return reading;
}

/** What the model of a reading takes; null where that cannot be known. */
export function weigh(reading: ConfigReading, input: EstimateInput): Estimate | null {
  return estimate(profileOf(reading), printedRow(reading), input);
}

/** The same; throws `BAD_USER_INPUT` with the reason where it cannot be known. */
export function weighOrSay(
  argument: string,
  reading: ConfigReading,
  input: EstimateInput,
): Estimate {
  const result = weigh(reading, input);
  if (result) return result;
  throw unusable(argument, reading.reason ?? "It says too little for the method NOMINAL.");
}

const profiles = new WeakMap<ConfigReading, MemoryProfile>();

/** The compiled profile, kept for as long as its reading; null without an architecture. */
function profileOf(reading: ConfigReading): MemoryProfile | null {
  const { architecture } = reading.facts;
  if (!architecture) return null;
  const profile = profiles.get(reading) ?? refusalsAsBadInput(() => compile(architecture));
  profiles.set(reading, profile);
  return profile;
}

/** The facts as a row of the catalog would have them. */
export function printedRow({ facts }: ConfigReading): PrintedRow {
  const names = Object.keys(PRINTED_COLUMNS) as (keyof PrintedRow)[];
  return Object.fromEntries(names.map((name) => [name, facts[name] ?? null])) as PrintedRow;
}
