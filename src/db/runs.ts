/**
 * The record of runs and of each source's health. A source that starts to fail, or works again after
 * failing, is worth an event; every further failure is only a run like the others.
 */
import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { appendEvents, writing } from "./event-log.ts";
import { ingestRuns, runReasons, sources } from "./tables.ts";

export interface RunCounts {
  listed: number;
  created: number;
  updated: number;
  unchanged: number;
  partial: number;
  quarantined: number;
  skipped: number;
  failed: number;
}

export interface StartedRun {
  id: string;
  sourceId: string;
  title: string;
}

export interface FinishedRun extends RunCounts {
  runId: string;
  sourceId: string;
  status: "SUCCEEDED" | "FAILED";
  /** A person broke it off, which says nothing about the source. */
  stopped: boolean;
  /** Why it failed, or the last of what could not be read. */
  error: string | null;
  seconds: number;
  /** Why entries were left out or set aside, by code. */
  reasons: Record<string, { count: number; example: string | null }>;
}

/** Notes that a run has begun; a run that is taken up again stays the same one. */
export async function startRun(db: Database, { id, sourceId, title }: StartedRun): Promise<void> {
  await db.insert(sources).values({ id: sourceId, title }).onConflictDoNothing();
  await db.insert(ingestRuns).values({ id, sourceId, status: "RUNNING" }).onConflictDoNothing();
}

/** Ids of a source's runs that began before this one and have not ended, as far as was noted. */
export async function earlierRuns(db: Database, sourceId: string, id: string): Promise<string[]> {
  const own = db
    .select({ startedAt: ingestRuns.startedAt })
    .from(ingestRuns)
    .where(eq(ingestRuns.id, id));
  const rows = await db
    .select({ id: ingestRuns.id })
    .from(ingestRuns)
    .where(
      and(
        eq(ingestRuns.sourceId, sourceId),
        eq(ingestRuns.status, "RUNNING"),
        sql`(${ingestRuns.startedAt}, ${ingestRuns.id}) < ((${own}), ${id})`,
      ),
    );
  return rows.map((row) => row.id);
}

/** Ends a run that nobody works on any more, without a word about the source's health. */
export async function abandonRun(db: Database, id: string): Promise<void> {
  const finishedAt = new Date().toISOString();
  await db
    .update(ingestRuns)
    .set({ status: "FAILED", error: "It was interrupted.", finishedAt })
    .where(eq(ingestRuns.id, id));
}

/** Takes back a run that found another one of its source at work. */
export async function dropRun(db: Database, id: string): Promise<void> {
  await db.delete(ingestRuns).where(eq(ingestRuns.id, id));
}

/** Notes how a run ended and, where the source's health changed, tells the subscribers. */
export async function finishRun(db: Database, run: FinishedRun): Promise<void> {
  const { runId, sourceId, status, stopped, reasons } = run;
  const now = new Date().toISOString();
  const healthy = status === "SUCCEEDED";
  const error = healthy ? null : run.error;
  await writing(db, async (tx) => {
    await tx
      .update(ingestRuns)
      .set({ ...run, error, finishedAt: now })
      .where(eq(ingestRuns.id, runId));
    const noted = Object.entries(reasons).map(([code, reason]) => ({ runId, code, ...reason }));
    if (noted.length > 0) await tx.insert(runReasons).values(noted).onConflictDoNothing();
    if (stopped) return;
    const [source] = await tx.select().from(sources).where(eq(sources.id, sourceId)).for("update");
    await tx
      .update(sources)
      .set({ healthy, lastError: error, ...(healthy && { lastSuccessAt: now }) })
      .where(eq(sources.id, sourceId));
    if (!source || source.healthy === healthy) return;
    const kind = healthy ? "SOURCE_RECOVERED" : "SOURCE_FAILED";
    const message = healthy ? `${source.title} works again.` : `${source.title} failed: ${error}`;
    await appendEvents(tx, [{ kind, sourceId, message }]);
  });
}

/** Keeps what the scheduler plans, so that the API can say when a source is read next. */
export async function notePlan(
  db: Database,
  plan: { sourceId: string; title: string; schedule: string | null; nextRunAt: string | null },
): Promise<void> {
  const { sourceId, title, schedule, nextRunAt } = plan;
  await db
    .insert(sources)
    .values({ id: sourceId, title, schedule, nextRunAt })
    .onConflictDoUpdate({ target: sources.id, set: { title, schedule, nextRunAt } });
}
