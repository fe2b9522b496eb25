/** The schedulers of a queue: one per source, of which several workers want the same at the same time. */
import { setTimeout as delay } from "node:timers/promises";
import { ErrorCode, type Queue } from "bullmq";
import { type JobData, runOptions } from "./jobs.ts";

/** Workers that start together plan the same run; a tick later at most each finds it planned. */
const PLANNING_TRIES = 20;
const PLANNING_PAUSE_MS = 100;

/** Adds, changes or (with null) removes a source's scheduler; gives the time of its next run. */
export async function scheduleRuns(
  queue: Queue<JobData>,
  sourceId: string,
  pattern: string | null,
): Promise<Date | null> {
  if (pattern === null) {
    await queue.removeJobScheduler(sourceId);
    return null;
  }
  const template = { name: "run", data: { sourceId }, opts: runOptions };
  await unlessBusy(() => queue.upsertJobScheduler(sourceId, { pattern, tz: "UTC" }, template));
  const { next } = (await queue.getJobScheduler(sourceId)) ?? {};
  return next ? new Date(next) : null;
}

/** Plans again when another process has planned the same tick, or is at work on it, at this moment. */
export async function unlessBusy(plan: () => Promise<unknown>): Promise<void> {
  const busy: unknown[] = [ErrorCode.SchedulerJobIdCollision, ErrorCode.SchedulerJobSlotsBusy];
  for (let made = 1; ; made++) {
    try {
      return void (await plan());
    } catch (error) {
      if (made >= PLANNING_TRIES || !busy.includes((error as { code?: unknown }).code)) throw error;
      await delay(PLANNING_PAUSE_MS);
    }
  }
}
