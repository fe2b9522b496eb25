/**
 * The delivery of webhooks: a queue of its own, so that a slow endpoint holds up no source. Every few
 * seconds one sweep, however many workers there are, adds a job for each endpoint that is behind; an
 * endpoint has at most one job, which is tried again with growing pauses while it fails.
 */
import type { Job, Queue } from "bullmq";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { isUnreachable } from "../db/failures.ts";
import { messageOf } from "../errors.ts";
import { behind, deliver, enrol } from "../events/webhooks/deliver.ts";
import { type Endpoint, readEndpoints } from "../events/webhooks/endpoints.ts";
import { connectBackend } from "../ingest/connect-backend.ts";
import { unlessBusy } from "../ingest/queue-schedule.ts";
import type { Log } from "../log.ts";
import { keepPlans } from "./keep-plans.ts";

export interface WebhookOptions {
  config: Pick<Config, "webhooksFile" | "redisUrl">;
  db: Database;
  databaseUrl: string;
  log: Log;
  /** Queues of different names do not see each other's jobs. */
  queueName?: string;
  sweepMs?: number;
  firstRetryMs?: number;
  /** Between two looks whether the queue still knows of the sweeps. */
  keepMs?: number;
}

interface WebhookJob {
  endpointId?: string;
}

const SWEEP = "sweep";
const LONGEST_RETRY_MS = 3_600_000;
const KEPT = { removeOnComplete: true, removeOnFail: 100 } as const;

/** Starts to deliver; null when no file is configured. */
export async function startWebhooks(
  options: WebhookOptions,
): Promise<{ close(): Promise<void> } | null> {
  const { config, db, databaseUrl, log, queueName: name = "plimsoll-webhooks" } = options;
  const { sweepMs = 5_000, firstRetryMs = 5_000 } = options;
  if (config.webhooksFile === null) return null;
  const endpoints = new Map<string, Endpoint>();
  for (const endpoint of await readEndpoints(config.webhooksFile)) {
    endpoints.set(endpoint.id, endpoint);
  }
  await enrol(db, [...endpoints.values()]);
  const onError = (error: Error) => log.warn({ error: messageOf(error) }, "webhook queue");
  const backend = await connectBackend(
    { databaseUrl, redisUrl: config.redisUrl },
    { name, onError },
  );
  const queue = backend.queue as unknown as Queue<WebhookJob>;
  queue.on("error", onError);
  backend.events.on("error", onError);
  const stopping = new AbortController();

  async function sweep(): Promise<void> {
    for (const endpointId of await behind(db)) {
      if (!endpoints.has(endpointId)) continue;
      const retries = { attempts: 1000, backoff: { type: "growing" } };
      const deduplication = { id: endpointId };
      await queue.add("deliver", { endpointId }, { ...KEPT, ...retries, deduplication });
    }
  }

  async function work(job: Job<WebhookJob>): Promise<void> {
    const endpoint = endpoints.get(job.data.endpointId ?? "");
    try {
      if (job.name === SWEEP) await sweep();
      else if (endpoint) await deliver(endpoint, { db, signal: stopping.signal });
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      // Our own database is no endpoint that fails: the first sweep after its outage tells what is left.
      log.debug({ error: messageOf(error) }, "webhooks wait for the database");
    }
  }

  const worker = backend.makeWorker(work as never, {
    concurrency: 16,
    maxStalledCount: 1000,
    settings: {
      backoffStrategy: (made) => Math.min(firstRetryMs * 2 ** (made - 1), LONGEST_RETRY_MS),
    },
  });
  worker.on("error", onError);
  worker.on("failed", (job, error) => {
    const { endpointId = "?" } = (job?.data ?? {}) as WebhookJob;
    const about = { jobId: job?.id, reason: messageOf(error) };
    log.warn(about, `webhook ${endpointId} did not take an event`);
  });
  const plan = () =>
    unlessBusy(() =>
      queue.upsertJobScheduler(SWEEP, { every: sweepMs }, { name: SWEEP, opts: KEPT }),
    );
  await plan().catch(async (error) => {
    await backend.close();
    throw error;
  });
  // Not before: what is still being planned for the first time would be told as lost.
  const isKept = async () => Boolean(await queue.getJobScheduler(SWEEP));
  const plans = [{ title: "the webhooks", isKept, plan }];
  const stopKeeping = keepPlans({ plans, log, everyMs: options.keepMs });

  async function close(): Promise<void> {
    stopping.abort();
    stopKeeping();
    await backend.close();
  }
  return { close };
}
