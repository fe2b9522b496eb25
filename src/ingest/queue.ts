/**
 * The job queue of the ingester, in its own words. A run is one job that waits for its parts: pages
 * and models, each a job of its own that any worker may take and that is taken up again when its
 * worker dies. What a part does is said in `flow.ts`, how jobs become runs in `jobs.ts`; here is what
 * the rest of the program asks of a queue. A scheduler per source adds its runs on time.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "bullmq";
import { messageOf, PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import { traceCarrier } from "../trace.ts";
import { connectBackend } from "./connect-backend.ts";
import type { Budget } from "./http/budget.ts";
import { untilEnded } from "./job-end.ts";
import {
  type FlowHandlers,
  type JobData,
  makeProcessor,
  PRIORITY,
  type RunData,
  runOptions,
  type SyncData,
} from "./jobs.ts";
import { makeQueueBoard, type QueueBoard } from "./queue-board.ts";
import { depthOf, type QueueDepth } from "./queue-depth.ts";
import { scheduleRuns } from "./queue-schedule.ts";

const READY_WITHIN_MS = 10_000;
const REMIND_MS = 30_000;

export interface QueueOptions {
  databaseUrl: string;
  redisUrl: string | null;
  log: Log;
  /** Queues of different names do not see each other's jobs. */
  name?: string;
  /** Jobs worked on at the same time by this process. */
  concurrency?: number;
  /** A job whose worker has been silent for this long is given to another. */
  stalledMs?: number;
  /** Pause before a part that failed by our own fault is tried again; it doubles each time. */
  firstRetryMs?: number;
}

/** A failed run, and when the next attempt is due; null when it is the scheduler's. */
export type FailureListener = (sourceId: string, error: unknown, nextAttempt: Date | null) => void;

export interface IngestQueue {
  /** What upstreams allow all workers together. */
  budget: Budget;
  /** Adds, changes or (with null) removes a source's scheduler; gives the time of its next run. */
  schedule(sourceId: string, pattern: string | null): Promise<Date | null>;
  /** Whether a source has a scheduler; one is lost with a Redis that kept nothing on disk. */
  isScheduled(sourceId: string): Promise<boolean>;
  /** Asks for a run ahead of its time and waits for nothing; false when one was asked for already. */
  askForRun(sourceId: string): Promise<boolean>;
  /**
   * Asks for one model, at a revision where that is known, to be read before everything else; false
   * when the same was asked for and has not been read yet.
   */
  askForModel(sourceId: string, externalId: string, revision?: string | null): Promise<boolean>;
  /** As `askForRun`, for somebody who waits: resolves when it has ended, and does not try again. */
  runNow(sourceId: string): Promise<void>;
  /** As `askForModel`; resolves when it is read. */
  syncModel(sourceId: string, externalId: string): Promise<void>;
  /** Starts to take jobs. */
  work(handlers: FlowHandlers, onFailure: FailureListener): void;
  /** No worker takes another job until `resume`; those at work are finished. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  isPaused(): Promise<boolean>;
  /** What the queue holds now. */
  depth(): Promise<QueueDepth>;
  /** Bull Board over this queue, for a path without a slash at its end. */
  board(path: string): Promise<QueueBoard>;
  /** Gives running jobs back, then lets go of every connection. Safe to call twice. */
  close(): Promise<void>;
}

export async function openQueue(options: QueueOptions): Promise<IngestQueue> {
  const {
    log,
    databaseUrl,
    redisUrl,
    name = "plimsoll-ingest",
    stalledMs = 20_000,
    firstRetryMs = 2000,
  } = options;
  const onError = warnSeldom(log, "the queue's connection failed; it is made again");
  const onOutage = warnSeldom(log, "the database cannot take what was read; it is done again");
  const backend = await connectBackend({ databaseUrl, redisUrl }, { name, onError });
  const { queue, events } = backend;
  queue.on("error", onError);
  events.on("error", onError);
  const ready = Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  await Promise.race([ready, tooLate()]).catch((error) => {
    // What never connected is not waited for.
    backend.close(true).catch(() => {});
    throw error;
  });
  const stopping = new AbortController();
  let closing: Promise<void> | null = null;

  async function closeAll(): Promise<void> {
    stopping.abort();
    await backend.close();
  }

  /** The added job, or the one that was asked for before under the same key and has not ended. */
  async function ask(name: "run" | "sync", key: string, data: JobData): Promise<Asked> {
    const own = randomUUID();
    const identity = { jobId: own, deduplication: { id: key } };
    const priority = PRIORITY.asked;
    const trace = traceCarrier();
    const traced = trace ? { ...data, trace } : data;
    return { own, job: await queue.add(name, traced, { ...runOptions, ...identity, priority }) };
  }
  const addRun = (data: RunData) => ask("run", data.sourceId, data);
  const addSync = (data: SyncData) =>
    ask("sync", `sync ${data.sourceId} ${data.externalId} ${data.revision ?? ""}`, data);

  return {
    budget: backend.budget,

    schedule: (sourceId, pattern) => scheduleRuns(queue, sourceId, pattern),
    isScheduled: async (sourceId) => Boolean(await queue.getJobScheduler(sourceId)),

    askForRun: async (sourceId) => isNew(await addRun({ sourceId })),
    askForModel: async (sourceId, externalId, revision = null) =>
      isNew(await addSync({ sourceId, externalId, revision })),

    async runNow(sourceId) {
      const { job } = await addRun({ sourceId, once: true });
      await untilEnded(queue, events, job.id!, stopping.signal);
    },

    async syncModel(sourceId, externalId) {
      const { job } = await addSync({ sourceId, externalId, revision: null });
      await untilEnded(queue, events, job.id!, stopping.signal);
    },

    work(handlers, onFailure) {
      const { signal } = stopping;
      const process = makeProcessor({ queue, handlers, onFailure, onOutage, signal });
      const worker = backend.makeWorker(process, {
        concurrency: options.concurrency ?? 16,
        lockDuration: stalledMs,
        stalledInterval: stalledMs / 2,
        // A worker that dies says nothing about the job: it is taken up again, however often.
        maxStalledCount: 1000,
        settings: {
          backoffStrategy: (made: number) => Math.min(firstRetryMs * 2 ** (made - 1), 60_000),
        },
      });
      worker.on("error", onError);
    },

    pause: () => queue.pause(),
    resume: () => queue.resume(),
    isPaused: () => queue.isPaused(),

    depth: () => depthOf(queue),
    board: (path) => makeQueueBoard(queue, path),

    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

interface Asked {
  /** Id that a new job was to have. */
  own: string;
  job: Job<JobData>;
}

const isNew = ({ own, job }: Asked) => job.id === own;

/** Every connection and every job tells of each failure and each attempt; a line now and then will do. */
function warnSeldom(log: Log, what: string): (error: unknown) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const level = performance.now() - saidAt < REMIND_MS ? "debug" : "warn";
    if (level === "warn") saidAt = performance.now();
    log[level]({ error: messageOf(error) }, what);
  };
}

/** A Redis that is not there would otherwise be waited for without end. */
async function tooLate(): Promise<never> {
  await delay(READY_WITHIN_MS, undefined, { ref: false });
  const message = `The job queue was not reached within ${READY_WITHIN_MS / 1000} s; is REDIS_URL right?`;
  throw new PlimsollError("SERVICE_UNAVAILABLE", message, { retryable: true });
}
