/** The port of its own for metrics and health, where one is configured; the only one of a worker. */
import { serveMetrics } from "../server/metrics/listener.ts";
import type { Opened, RunningApi } from "./api.ts";
import { isMember } from "./cluster-member.ts";
import { NOT_LISTENING, workerReadiness } from "./readiness.ts";

export interface WatchStart extends Opened {
  /** Whether the process is a worker alone, which is ready only with its queue. */
  workerAlone: boolean;
  /** The API, once its port is open. */
  api: () => RunningApi | null;
  isStopping: () => boolean;
}

export async function watchProcess(start: WatchStart): Promise<void> {
  const { config, database, log, closers, queue, metrics } = start;
  const { workerAlone, api, isStopping } = start;
  const { db } = database;
  if (workerAlone) {
    const depth = async () => (await queue.peek())?.depth() ?? null;
    metrics.watch({ db, feed: null, queue: depth, streams: () => 0 });
  }
  // In a cluster the first process has that port.
  if (config.metricsPort === null || isMember) return;
  const server = await serveMetrics({
    host: config.host,
    port: config.metricsPort,
    log,
    text: metrics.text,
    readiness: workerAlone
      ? workerReadiness({ db, queue, feed: null })
      : async () => (await api()?.readiness()) ?? NOT_LISTENING,
    isStopping,
  });
  closers.add("metrics", server);
}
