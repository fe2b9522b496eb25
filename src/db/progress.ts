/**
 * How far a source was read, and what it no longer lists. Both live here and not in the queue, so
 * that a lost queue costs nothing but one run that lists everything.
 */
import { and, asc, eq, inArray, isNotNull, ne, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { absences, quarantine, sourceProgress, sourceRecords } from "./tables.ts";

export interface Progress {
  /** By the upstream's clock: nothing that changed before this is unread; null when unknown. */
  watermark: string | null;
  runsSinceSweep: number;
}

export async function readProgress(db: Database, sourceId: string): Promise<Progress> {
  const [row] = await db.select().from(sourceProgress).where(eq(sourceProgress.sourceId, sourceId));
  return { watermark: row?.watermark ?? null, runsSinceSweep: row?.runsSinceSweep ?? 0 };
}

/** Keeps the later watermark: a complete run never makes less known than was known before it. */
export async function saveProgress(
  db: Database,
  sourceId: string,
  { watermark, runsSinceSweep }: Progress,
): Promise<void> {
  await db
    .insert(sourceProgress)
    .values({ sourceId, watermark, runsSinceSweep })
    .onConflictDoUpdate({
      target: sourceProgress.sourceId,
      set: {
        watermark: sql`greatest(${sourceProgress.watermark}, excluded.watermark)`,
        runsSinceSweep,
      },
    });
}

/** Whether a record was made by another version of the reader and has to be read again. */
export async function hasOldReadings(
  db: Database,
  sourceId: string,
  version: number,
): Promise<boolean> {
  const [row] = await db
    .select({ one: sql`1` })
    .from(sourceRecords)
    .where(
      and(
        eq(sourceRecords.sourceId, sourceId),
        ne(sourceRecords.readerVersion, version),
        // What could be read once and is set aside now keeps its older reading.
        sql`not exists (select from ${quarantine} where ${quarantine.sourceId} = ${sourceId}
          and ${quarantine.externalId} = ${sourceRecords.externalId})`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Stored models of a source that are not among the listed ones, longest unread first. */
export async function unlisted(
  db: Database,
  sourceId: string,
  listed: string[],
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: sourceRecords.externalId })
    .from(sourceRecords)
    .where(
      and(
        eq(sourceRecords.sourceId, sourceId),
        isNotNull(sourceRecords.modelSlug),
        ne(sourceRecords.state, "missing"),
        listed.length > 0
          ? sql`${sourceRecords.externalId} <> all(${sql.param(listed)}::text[])`
          : undefined,
      ),
    )
    .orderBy(asc(sourceRecords.fetchedAt), asc(sourceRecords.externalId))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Forgets the absence of models that are there again. */
export async function forgetAbsences(
  db: Database,
  sourceId: string,
  present: string[],
): Promise<void> {
  const rows = await db
    .select({ id: absences.externalId })
    .from(absences)
    .where(eq(absences.sourceId, sourceId));
  const there = new Set(present);
  const back = rows.map(({ id }) => id).filter((id) => there.has(id));
  if (back.length === 0) return;
  await db
    .delete(absences)
    .where(and(eq(absences.sourceId, sourceId), inArray(absences.externalId, back)));
}
