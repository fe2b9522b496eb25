/**
 * Waiting for the end of a job. Its event says so at once, but an event is lost with its connection,
 * and a job with a Redis that kept nothing or with the last moment before a Postgres crashed; so the
 * job itself is looked at now and then.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Job, Queue, QueueEvents } from "bullmq";
import { isUnreachable } from "../db/failures.ts";
import { PlimsollError } from "../errors.ts";

const LOOK_EVERY_MS = 2000;

/**
 * Resolves when the job was done.
 *
 * @throws why the job failed; `SERVICE_UNAVAILABLE`, retryable, where it is lost or the queue is closed.
 */
export async function untilEnded(
  queue: Queue,
  events: QueueEvents,
  jobId: string,
  closing: AbortSignal,
): Promise<void> {
  let heard = new AbortController();
  const hear = (event: { jobId: string }) => {
    if (event.jobId === jobId) heard.abort();
  };
  events.on("completed", hear);
  events.on("failed", hear);
  try {
    for (;;) {
      heard = new AbortController();
      if (await hasEnded(queue, jobId)) return;
      const signal = AbortSignal.any([heard.signal, closing]);
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      if (closing.aborted) throw gone("The queue was closed before the job had ended.");
    }
  } finally {
    events.off("completed", hear);
    events.off("failed", hear);
  }
}

async function hasEnded(queue: Queue, jobId: string): Promise<boolean> {
  try {
    const job: Job | undefined = await queue.getJob(jobId);
    const state = await job?.getState();
    if (state === undefined || state === "unknown") throw gone(`The queue has lost job ${jobId}.`);
    if (state === "failed") throw new Error(job!.failedReason);
    return state === "completed";
  } catch (error) {
    if (isUnreachable(error)) return false;
    throw error;
  }
}

const gone = (message: string) =>
  new PlimsollError("SERVICE_UNAVAILABLE", message, { retryable: true });
