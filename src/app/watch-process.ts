/** The port of its own for metrics and health, where one is configured; the only one of a worker. */
import { serveMetrics } from "../server/metrics/listener.ts";
import type { Opened } from "./api.ts";
import { isMember } from "./cluster-member.ts";
import { apiReadiness, workerReadiness } from "./readiness.ts";

export interface WatchStart extends Opened {
  /** Whether the process is a worker alone, which is ready only with its queue. */
  workerAlone: boolean;
  /** Whether the API's port is open. */
  isListening: () => boolean;
  isStopping: () => boolean;
}

export async function watchProcess(start: WatchStart): Promise<void> {
  const { config, database, log, closers, queue, metrics } = start;
  const { workerAlone, isListening, isStopping } = start;
  const { db } = database;
  if (workerAlone) {
    const depth = async () => (await queue.peek())?.depth() ?? null;
    metrics.watch({ db, feed: null, queue: depth, streams: () => 0 });
  }
  // In a cluster the first process has that port.
  if (config.metricsPort === null || isMember) return;
  const deps = { db, queue, feed: null, isListening };
  const server = await serveMetrics({
    host: config.host,
    port: config.metricsPort,
    log,
    text: metrics.text,
    readiness: workerAlone ? workerReadiness(deps) : apiReadiness(deps),
    isStopping,
  });
  closers.add("metrics", server);
}
