/**
 * From jobs to runs. A run's job adds its first page, waits, and is woken when every page and model
 * that came of it has ended; it may then add more and wait again. Each step can be repeated: parts
 * have fixed names within their run, so that a worker that dies between two steps leaves nothing
 * half-counted and adds nothing twice.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DelayedError,
  type Job,
  type JobsOptions,
  type Queue,
  UnrecoverableError,
  WaitingChildrenError,
} from "bullmq";
import { isUnreachable } from "../db/failures.ts";
import { messageOf, PlimsollError } from "../errors.ts";
import { inSpan, type TraceCarrier, traceCarrier } from "../trace.ts";
import { nextDelayMs } from "./backoff.ts";
import type { FailureListener } from "./queue.ts";
import type { Processor } from "./queue-backend.ts";
import type { OpenRun } from "./run-record.ts";
import type { ListedModel } from "./source.ts";

/** One part of a run. */
export type Part =
  | { kind: "page"; key: string; cursor: string | null; depth: number }
  | { kind: "model"; key: string; item: ListedModel };

export interface RunData {
  /** The trace of who asked for it. */
  trace?: TraceCarrier;
  sourceId: string;
  /** Runs that have failed one after the other before this one. */
  failures?: number;
  /** Asked for by hand: when it fails, the asker is told and nothing is tried again. */
  once?: boolean;
  /** It has waited its share of the jitter. */
  settled?: boolean;
  /** Set once it has begun. */
  run?: OpenRun;
}

export interface PartData {
  /** The trace of what added it. */
  trace?: TraceCarrier;
  run: OpenRun;
  part: Part;
}

export interface SyncData {
  /** The trace of who asked for it. */
  trace?: TraceCarrier;
  sourceId: string;
  externalId: string;
  /** The revision that somebody saw; null: whatever is there. */
  revision: string | null;
}

export type JobData = RunData | PartData | SyncData;

/** What becomes of a run whose parts have ended: more parts, or its end. */
export interface Verdict {
  more: Part[];
  /** Why the run as a whole failed. */
  failure: unknown;
  /** What was left out and may be there when it is tried again. */
  incomplete: unknown;
}

export interface FlowHandlers {
  /** Begins a run; null when another run of the source is at work. */
  begin(
    id: string,
    sourceId: string,
    isAlive: (id: string) => Promise<boolean>,
  ): Promise<OpenRun | null>;
  /** Does a part; gives what the run is to know of it, and the parts that follow. */
  work(data: PartData, signal: AbortSignal): Promise<{ result: unknown; more: Part[] }>;
  /** Called when all parts have ended; `lost` says why some could not be done at all. */
  settle(run: OpenRun, results: unknown[], lost: string[]): Promise<Verdict>;
  /** Reads one model, asked for by name. */
  sync(data: SyncData, signal: AbortSignal): Promise<void>;
}

/** Smaller goes first. A page's models go before the next page, so that few jobs wait. */
export const PRIORITY = { asked: 1, model: 10, page: 20 };

const ATTEMPTS = 4;
const LONGEST_JITTER_MS = 60_000;
/** Between two looks at a database that is gone. */
const OUTAGE_PAUSE_MS = 1000;
/** As often as a job's lock may hold. */
const OUTAGE_TRIES = 20;

/** Attempts at one job are for trouble of our own, such as a database that restarts. */
const attempts = { attempts: 6, backoff: { type: "custom" } };
export const runOptions: JobsOptions = {
  ...attempts,
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 100 },
};

export interface ProcessorDeps {
  queue: Queue<JobData>;
  handlers: FlowHandlers;
  onFailure: FailureListener;
  /** Told of each job that is put back because our own database cannot do it now. */
  onOutage: (error: unknown) => void;
  signal: AbortSignal;
}

export function makeProcessor(deps: ProcessorDeps): Processor {
  const { queue, handlers, onFailure, onOutage, signal } = deps;
  return (job, token) => {
    const { trace } = job.data as { trace?: TraceCarrier };
    const attributes = { "job.id": job.id ?? "", "job.attempt": job.attemptsMade + 1 };
    return inSpan(`job ${job.name}`, attributes, () => process(job, token), trace);
  };

  async function process(job: Job<JobData>, token: string | undefined): Promise<unknown> {
    // It was already on its way here when the worker was asked to stop.
    if (signal.aborted) return await delayed(job, token, 0);
    try {
      if (job.name === "run") return await run(job as Job<RunData>, token);
      if (job.name === "part") return await part(job as Job<PartData>);
      return await handlers.sync(job.data as SyncData, signal);
    } catch (error) {
      const isWaiting = error instanceof DelayedError || error instanceof WaitingChildrenError;
      if (!isWaiting && signal.aborted) return await delayed(job, token, 0);
      if (!isUnreachable(error)) throw error;
      // However long the database is gone, no attempt is spent on it.
      onOutage(error);
      return await delayed(job, token, OUTAGE_PAUSE_MS);
    }
  }

  async function run(job: Job<RunData>, token: string | undefined): Promise<unknown> {
    if (job.repeatJobKey && !job.data.settled) {
      await job.updateData({ ...job.data, settled: true });
      await delayed(job, token, await jitterMs(queue, job.data.sourceId));
    }
    const id = job.id!;
    const begun = job.data.run ?? (await handlers.begin(id, job.data.sourceId, isAlive));
    if (begun === null) return null;
    if (!job.data.run) {
      await addParts(job, begun, [{ kind: "page", key: "first", cursor: null, depth: 0 }]);
      await job.updateData({ ...job.data, run: begun });
    }
    if (await job.moveToWaitingChildren(token!)) throw new WaitingChildrenError();
    const results = Object.values(await job.getChildrenValues());
    const lost = Object.values(await job.getIgnoredChildrenFailures());
    const { more, failure, incomplete } = await handlers.settle(begun, results, lost);
    if (more.length > 0) {
      await addParts(job, begun, more);
      if (await job.moveToWaitingChildren(token!)) throw new WaitingChildrenError();
      return run(job, token);
    }
    if (failure ?? incomplete) await again(job.data, failure ?? incomplete);
    if (failure) throw new UnrecoverableError(messageOf(failure));
    return null;
  }

  async function part(job: Job<PartData>): Promise<unknown> {
    const { result, more } = await handlers.work(job.data, signal);
    const { parent, data } = job;
    if (parent && more.length > 0) {
      await queue.addBulk(more.map((each) => partJob(data.run, each, parent.id!, parent.queueKey)));
    }
    return result;
  }

  async function addParts(job: Job<RunData>, run: OpenRun, parts: Part[]): Promise<void> {
    await queue.addBulk(parts.map((each) => partJob(run, each, job.id!, job.queueQualifiedName)));
  }

  /** A run that failed, or left something out, is made again after a pause. */
  async function again({ sourceId, failures = 0, once }: RunData, error: unknown): Promise<void> {
    const final = error instanceof PlimsollError && !error.retryable;
    if (once || final || failures + 1 >= ATTEMPTS) return onFailure(sourceId, error, null);
    const delay = nextDelayMs(failures + 1, error);
    const identity = { jobId: randomUUID(), deduplication: { id: `again ${sourceId}` } };
    const data = { sourceId, failures: failures + 1 };
    await queue.add("run", data, { ...runOptions, ...identity, delay });
    onFailure(sourceId, error, new Date(Date.now() + delay));
  }

  async function isAlive(id: string): Promise<boolean> {
    const state = await (await queue.getJob(id))?.getState();
    return state !== undefined && !["completed", "failed", "unknown"].includes(state);
  }
}

function partJob(run: OpenRun, part: Part, parentId: string, parentQueue: string) {
  const jobId = `${run.id}/${part.kind}/${part.key}`;
  const opts: JobsOptions = {
    ...attempts,
    jobId,
    parent: { id: parentId, queue: parentQueue },
    priority: PRIORITY[part.kind],
    ignoreDependencyOnFailure: true,
    // Kept a while, so that a page that is taken up again does not add what is done.
    removeOnComplete: { count: 2000 },
    removeOnFail: { count: 2000 },
  };
  const trace = traceCarrier();
  return { name: "part", data: { ...(trace && { trace }), run, part }, opts };
}

/** Puts a job back, to be taken after a pause. */
async function delayed(job: Job<JobData>, token: string | undefined, ms: number): Promise<never> {
  for (let made = 1; ; made++) {
    try {
      await job.moveToDelayed(Date.now() + ms, token);
      throw new DelayedError();
    } catch (error) {
      // A queue in the same Postgres is gone as well. After the last try the job counts as stalled.
      if (!isUnreachable(error) || made >= OUTAGE_TRIES) throw error;
      await sleep(OUTAGE_PAUSE_MS);
    }
  }
}

/** A random part of the time until the next run, so that installations do not ask in step. */
async function jitterMs(queue: Queue<JobData>, sourceId: string): Promise<number> {
  const { next } = (await queue.getJobScheduler(sourceId)) ?? {};
  const interval = next ? Math.max(0, next - Date.now()) : 0;
  return Math.random() * Math.min(LONGEST_JITTER_MS, interval / 20);
}
