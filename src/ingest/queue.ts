/**
 * The job queue: BullMQ over Postgres, or over Redis where a URL is given. This is the one file that
 * knows which of the two it is. There is one queue with one kind of job, "run this source"; a
 * scheduler per source adds it on time, and adding it by hand while it waits adds nothing.
 */
import {
  createPostgresBackend,
  Queue,
  QueueEvents,
  runMigrations,
  Worker,
  withBackend,
} from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { messageOf, PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import { nextDelayMs } from "./backoff.ts";

const ATTEMPTS = 4;

export interface QueueOptions {
  databaseUrl: string;
  redisUrl: string | null;
  log: Log;
  /** Queues of different names do not see each other's jobs. */
  name?: string;
}

export interface RunJob {
  sourceId: string;
}

/** Runs a source; throws to have the job tried again later. */
export type RunHandler = (sourceId: string, signal: AbortSignal) => Promise<void>;

/** A failed attempt, and when the next one is due; null when the next is the scheduler's. */
export type FailureListener = (sourceId: string, error: unknown, nextAttempt: Date | null) => void;

export interface IngestQueue {
  /** Adds, changes or (with null) removes a source's scheduler; gives the time of its next run. */
  schedule(sourceId: string, pattern: string | null): Promise<Date | null>;
  /** Asks for a run now; while one waits already, asks for nothing. Resolves when it has ended. */
  runNow(sourceId: string): Promise<void>;
  /** Starts to take jobs, one at a time per source. */
  work(run: RunHandler, onFailure: FailureListener): void;
  /** Lets the running job finish or stop, then lets go of every connection. */
  close(): Promise<void>;
}

export async function openQueue(options: QueueOptions): Promise<IngestQueue> {
  const { log } = options;
  const onError = (error: Error) => log.warn({ error: messageOf(error) }, "queue connection");
  const { queue, events, makeWorker, closeConnection } = await connectQueue(options, onError);
  queue.on("error", onError);
  events.on("error", onError);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const stopping = new AbortController();
  let worker: Worker<RunJob> | null = null;

  return {
    async schedule(sourceId, pattern) {
      if (pattern === null) {
        await queue.removeJobScheduler(sourceId);
        return null;
      }
      const template = { name: "run", data: { sourceId }, opts: jobOptions };
      await queue.upsertJobScheduler(sourceId, { pattern, tz: "UTC" }, template);
      const { next } = (await queue.getJobScheduler(sourceId)) ?? {};
      return next ? new Date(next) : null;
    },

    async runNow(sourceId) {
      const deduplication = { id: sourceId };
      const job = await queue.add(
        "run",
        { sourceId },
        { ...jobOptions, attempts: 1, deduplication },
      );
      await job.waitUntilFinished(events);
    },

    work(run, onFailure) {
      worker = makeWorker(async (job) => run(job.data.sourceId, stopping.signal));
      worker.on("error", onError);
      worker.on("failed", (job, error) => {
        if (!job) return;
        const again = job.attemptsMade < (job.opts.attempts ?? 1) && !isFinal(error);
        const delayMs = again ? nextDelayMs(job.attemptsMade, error) : null;
        onFailure(
          job.data.sourceId,
          error,
          delayMs === null ? null : new Date(Date.now() + delayMs),
        );
      });
    },

    async close() {
      stopping.abort();
      await worker?.close();
      await events.close();
      await queue.close();
      await closeConnection();
    },
  };
}

const jobOptions = {
  attempts: ATTEMPTS,
  backoff: { type: "custom" },
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 100 },
};

/** An error that trying again cannot mend. */
function isFinal(error: unknown): boolean {
  return error instanceof PlimsollError && !error.retryable;
}

type Processor = (job: { data: RunJob }) => Promise<void>;

interface Connected {
  queue: Queue<RunJob>;
  events: QueueEvents;
  makeWorker(process: Processor): Worker<RunJob>;
  closeConnection(): Promise<void>;
}

const workerSettings = {
  concurrency: 4,
  settings: {
    backoffStrategy: (attemptsMade: number, _type?: string, error?: Error) =>
      isFinal(error) ? -1 : nextDelayMs(attemptsMade, error),
  },
};

async function connectQueue(
  { databaseUrl, redisUrl, name = "plimsoll-ingest" }: QueueOptions,
  onError: (error: Error) => void,
): Promise<Connected> {
  if (redisUrl !== null) {
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    connection.on("error", onError);
    return {
      queue: new Queue<RunJob>(name, { connection }),
      events: new QueueEvents(name, { connection }),
      makeWorker: (process) => new Worker<RunJob>(name, process, { connection, ...workerSettings }),
      closeConnection: async () => void (await connection.quit().catch(() => {})),
    };
  }
  await migrateQueue(databaseUrl);
  const postgres = withBackend(createPostgresBackend);
  const connection = { connectionString: databaseUrl, max: 3 };
  // BullMQ's own classes are generic in the backend; the two sets differ in nothing that is used here.
  return {
    queue: new postgres.Queue<RunJob>(name, { connection }) as unknown as Queue<RunJob>,
    events: new postgres.QueueEvents(name, { connection }) as unknown as QueueEvents,
    makeWorker: (process) =>
      new postgres.Worker<RunJob>(name, process, {
        connection,
        ...workerSettings,
      }) as unknown as Worker<RunJob>,
    closeConnection: async () => {},
  };
}

/** BullMQ never migrates by itself; its migration takes its own lock. */
async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
