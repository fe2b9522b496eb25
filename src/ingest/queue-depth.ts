/** What a queue holds now, and how long the job that is next has waited. */
import type { Queue } from "bullmq";

/** Jobs by state, and how long the one that would be taken next has waited. */
export interface QueueDepth {
  waiting: number;
  active: number;
  delayed: number;
  /** Those that failed for good and are kept to be looked at. */
  failed: number;
  /** Milliseconds; 0 when none waits. */
  oldestMs: number;
}

export async function depthOf(queue: Queue): Promise<QueueDepth> {
  const counts = await queue.getJobCounts("wait", "prioritized", "active", "delayed", "failed");
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const [waiting, urgent] = await Promise.all([
    queue.getJobs(["wait"], 0, 0, true),
    queue.getJobs(["prioritized"], 0, 0, true),
  ]);
  const times = [...waiting, ...urgent].flatMap((job) => job?.timestamp ?? []);
  const oldestMs = times.length > 0 ? Math.max(0, Date.now() - Math.min(...times)) : 0;
  return { waiting: wait + prioritized, active, delayed, failed, oldestMs };
}
