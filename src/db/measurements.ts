/**
 * Keeping what people measured. A reading is known by its content, so telling it again changes
 * nothing; a file of readings replaces what the same file said of a model before.
 */
import { createHash } from "node:crypto";
import { and, eq, inArray, notInArray } from "drizzle-orm";
import type { Database, Transaction } from "./client.ts";
import { appendEvents, writing } from "./event-log.ts";
import { measurements } from "./tables.ts";

/** Memory that an engine took on a device, as somebody read it. */
export interface Measurement {
  /** `llama.cpp`, `vllm`, `transformers` or another engine's own name. */
  engine: string;
  engineVersion: string | null;
  /** The device's name as reported. */
  device: string;
  /** Name of the weight format, as in `vram(quant:)` where it has one there. */
  quant: string;
  contextTokens: number;
  sequences: number;
  /** Null: not reported, taken to be the engine's default. */
  cacheTypeK: string | null;
  cacheTypeV: string | null;
  /** All that the engine's process took on the device. */
  totalBytes: number;
  /** Page where it was reported. */
  url: string | null;
  /** Where it comes from, in words. */
  origin: string | null;
  reportedBy: string | null;
  /** ISO date. */
  measuredOn: string | null;
  /** What else to know, such as how exact the reading is. */
  note: string | null;
}

/** Source of what an administrator added. */
const API = "api";

/** Adds one reading; false when it was known. */
export async function addMeasurement(
  db: Database,
  huggingFaceId: string,
  measurement: Measurement,
): Promise<boolean> {
  return writing(db, async (tx) => {
    const added = await tx
      .insert(measurements)
      .values(rowOf(API, huggingFaceId, measurement))
      .onConflictDoNothing()
      .returning({ id: measurements.id });
    if (added.length > 0) await appendEvents(tx, []);
    return added.length > 0;
  });
}

/** Makes a source's readings of some models what they are now. */
export async function putMeasurements(
  tx: Transaction,
  sourceId: string,
  said: { externalId: string; measurements: Measurement[] }[],
): Promise<void> {
  if (said.length === 0) return;
  const rows = said.flatMap(({ externalId, measurements: readings }) =>
    readings.map((reading) => rowOf(sourceId, externalId, reading)),
  );
  const models = said.map(({ externalId }) => externalId);
  const ids = rows.map(({ id }) => id);
  await tx
    .delete(measurements)
    .where(
      and(
        eq(measurements.sourceId, sourceId),
        inArray(measurements.huggingFaceId, models),
        ids.length > 0 ? notInArray(measurements.id, ids) : undefined,
      ),
    );
  if (rows.length > 0) await tx.insert(measurements).values(rows).onConflictDoNothing();
}

function rowOf(sourceId: string, huggingFaceId: string, reading: Measurement) {
  const { engine, engineVersion, device, quant, contextTokens, sequences } = reading;
  const { cacheTypeK, cacheTypeV, totalBytes, url, origin, reportedBy, measuredOn } = reading;
  const content = [
    [huggingFaceId.toLowerCase(), engine, engineVersion, device, quant, contextTokens, sequences],
    [cacheTypeK, cacheTypeV, totalBytes, url, origin, reportedBy, measuredOn],
  ];
  const id = createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 22);
  return { ...reading, id, sourceId, huggingFaceId };
}
