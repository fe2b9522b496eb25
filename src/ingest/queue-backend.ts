/**
 * What the queue needs of its two backends: BullMQ over Redis where a URL is given, and otherwise over
 * the same Postgres as the catalog. What workers share beside their jobs, the rate budget, lives in the
 * same place.
 */
import type { Job, Queue, QueueEvents, Worker, WorkerOptions } from "bullmq";
import { loggingAbout } from "../log.ts";
import type { Budget } from "./http/budget.ts";
import type { JobData } from "./jobs.ts";

export interface BackendOptions {
  name: string;
  onError: (error: Error) => void;
}

export type Processor = (job: Job<JobData>, token: string | undefined) => Promise<unknown>;

export interface Backend {
  queue: Queue<JobData>;
  events: QueueEvents;
  budget: Budget;
  makeWorker(process: Processor, options: Omit<WorkerOptions, "connection">): Worker<JobData>;
  /**
   * Lets the workers finish and hands back what they give up, then lets go of every connection.
   * @param force waits for nothing.
   */
  close(force?: boolean): Promise<void>;
}

/** Pause before a worker that could not ask for a job asks again. */
export const ASK_AGAIN_MS = 1000;

/** What a job logs carries its id, and the attempt. */
export function named(process: Processor): Processor {
  return (job, token) =>
    loggingAbout({ jobId: job.id, job: job.name, attempt: job.attemptsMade + 1 }, () =>
      process(job, token),
    );
}

interface Closing {
  workers: Worker<JobData>[];
  events: QueueEvents;
  queue: Queue<JobData>;
}

/** Each lets go of its connections once those before it need nothing more. */
export async function closeInOrder(
  { workers, events, queue }: Closing,
  force: boolean,
): Promise<void> {
  for (const worker of workers) await worker.close(force);
  await events.close();
  await queue.close();
}
