/**
 * The worker: takes jobs off the queue, runs sources, and keeps the schedulers as configured. The
 * bundled data is read once at start, the Hub on its schedule and at once when it never was.
 */
import { eq } from "drizzle-orm";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { notePlan } from "../db/runs.ts";
import { sources as sourceTable } from "../db/tables.ts";
import { messageOf } from "../errors.ts";
import { createFlow } from "../ingest/flow.ts";
import type { Budget } from "../ingest/http/budget.ts";
import { createHttpClient, type HttpClient } from "../ingest/http/client.ts";
import type { IngestQueue } from "../ingest/queue.ts";
import type { Source } from "../ingest/source.ts";
import { type Watch, watchModels } from "../ingest/sources/file/watch.ts";
import type { Log } from "../log.ts";
import { keepPlans } from "./keep-plans.ts";
import { whenReachable } from "./patience.ts";
import type { QueueAccess } from "./queue-access.ts";
import { type PlannedSource, plannedSources } from "./sources.ts";
import { startUpkeep } from "./upkeep.ts";

export interface WorkerDeps {
  config: Config;
  db: Database;
  /** Closed with the worker. */
  queueAccess: QueueAccess;
  log: Log;
}

export interface RunningWorker {
  /** Reads the bundled data; resolves when it is in the catalog. */
  loadBundled(): Promise<void>;
  /** The next run of a scheduled source, soonest first. */
  next(): { title: string; at: Date }[];
  close(): Promise<void>;
}

/** The client of every source; without a budget that is shared, this process keeps its own. */
export function createIngestHttp(log: Log, budget?: Budget): HttpClient {
  return createHttpClient({
    budget,
    userAgent: "plimsoll/0.1",
    log,
  });
}

/** Connects to the queue, sets the schedulers and starts to take jobs. */
export async function startWorker({
  config,
  db,
  queueAccess,
  log,
}: WorkerDeps): Promise<RunningWorker> {
  const planned = plannedSources(config);
  const byId = new Map(planned.map((plan) => [plan.source.id, plan]));
  const queue = await queueAccess.get();
  const http = createIngestHttp(log, queue.budget);
  // A job that is left of a source which was switched off finds nothing to do.
  const enabled = planned.filter((plan) => plan.enabled);
  const sources = new Map(enabled.map(({ source }) => [source.id, source]));
  const upcoming = new Map<string, Date>();

  async function plan({ source, schedule, enabled }: PlannedSource): Promise<void> {
    const next = await queue.schedule(source.id, schedule);
    if (!enabled) return;
    if (next) upcoming.set(source.id, next);
    const nextRunAt = next?.toISOString() ?? null;
    await notePlan(db, { sourceId: source.id, title: source.title, schedule, nextRunAt });
  }

  /** After a run the scheduler knows a later time; the API is told. */
  async function planNext(sourceId: string): Promise<void> {
    const planned = byId.get(sourceId);
    if (planned?.schedule) await plan(planned);
  }

  const flow = createFlow({
    db,
    http,
    log,
    sources,
    onReport: ({ sourceId }) => planNext(sourceId),
  });
  try {
    for (const each of planned) await plan(each);
  } catch (error) {
    // Not the queue alone: who tries again is to get another.
    await queueAccess.close();
    throw error;
  }
  queue.work(flow, (sourceId, error, nextAttempt) => {
    const title = byId.get(sourceId)?.source.title ?? sourceId;
    const next = nextAttempt ?? upcoming.get(sourceId) ?? null;
    log.warn(
      { reason: messageOf(error), nextAttempt: next?.toISOString() ?? "not planned" },
      `${title} could not be read completely; the catalog stays served`,
    );
  });
  const watches = planned.flatMap((plan) => watchSource(plan, queue, log) ?? []);
  const plans = planned
    .filter(({ schedule }) => schedule !== null)
    .map((each) => ({
      title: each.source.title,
      isKept: () => queue.isScheduled(each.source.id),
      plan: () => plan(each),
    }));
  const stopKeeping = keepPlans({ plans, log });
  const stopping = new AbortController();
  const upkeep = startUpkeep({ db, log, eventRetentionDays: config.eventRetentionDays });

  return {
    async loadBundled() {
      for (const { source, bundled } of planned) {
        if (!bundled) continue;
        // Asked for anew where the queue was gone or has lost it. A run that failed was told already,
        // and what the other sources have is worth having.
        const run = () => queue.runNow(source.id);
        await whenReachable(run, "the job queue", stopping.signal, log).catch(() => {});
      }
      if (stopping.signal.aborted) return;
      // Only now, so that an upstream that does not answer holds up no bundled page.
      await runNeverRead(db, queue, planned, log);
    },
    next() {
      return [...upcoming]
        .map(([id, at]) => ({ title: byId.get(id)!.source.title, at }))
        .toSorted((a, b) => a.at.getTime() - b.at.getTime());
    },
    async close() {
      stopping.abort();
      stopKeeping();
      for (const watch of watches) watch.close();
      await upkeep.close();
      await queue.close();
    },
  };
}

/** A scheduled source that never succeeded is read at once rather than at its next turn. */
async function runNeverRead(
  db: Database,
  queue: IngestQueue,
  planned: PlannedSource[],
  log: Log,
): Promise<void> {
  for (const { source, schedule } of planned) {
    if (schedule === null) continue;
    const [row] = await db.select().from(sourceTable).where(eq(sourceTable.id, source.id));
    if (row?.lastSuccessAt) continue;
    void runInBackground(source, queue, log);
  }
}

/** Reads a source at start and after every change of what it watches. */
function watchSource({ source, watch }: PlannedSource, queue: IngestQueue, log: Log): Watch | null {
  if (watch === undefined) return null;
  // One after the other: what changes during a run is read by the next.
  let last = Promise.resolve();
  const run = () => {
    last = last.then(() => runInBackground(source, queue, log));
  };
  run();
  return watchModels(watch, run, (error) => {
    log.warn({ reason: messageOf(error) }, `${watch} cannot be watched; it is read at start only`);
  });
}

/** The queue tells of failures itself. */
async function runInBackground({ id, title }: Source, queue: IngestQueue, log: Log): Promise<void> {
  try {
    await queue.runNow(id);
  } catch (error) {
    log.debug({ error: messageOf(error) }, `${title}: this run failed`);
  }
}
