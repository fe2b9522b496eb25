/**
 * The record of runs and of each source's health. A source that starts to fail, or works again after
 * failing, is worth an event; every further failure is only a run like the others.
 */
import { eq } from "drizzle-orm";
import type { Database } from "./client.ts";
import { appendEvents } from "./event-log.ts";
import { ingestRuns, sources } from "./tables.ts";

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
  error: string | null;
  seconds: number;
}

/** Notes that a run has begun. */
export async function startRun(db: Database, { id, sourceId, title }: StartedRun): Promise<void> {
  await db.insert(sources).values({ id: sourceId, title }).onConflictDoNothing();
  await db.insert(ingestRuns).values({ id, sourceId, status: "RUNNING" });
}

/** Notes how a run ended and, where the source's health changed, tells the subscribers. */
export async function finishRun(db: Database, run: FinishedRun): Promise<void> {
  const { runId, sourceId, status, error } = run;
  const now = new Date().toISOString();
  await db.transaction(async (tx) => {
    await tx
      .update(ingestRuns)
      .set({ ...run, finishedAt: now })
      .where(eq(ingestRuns.id, runId));
    const [source] = await tx.select().from(sources).where(eq(sources.id, sourceId)).for("update");
    const healthy = status === "SUCCEEDED";
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
