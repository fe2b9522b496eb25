/**
 * `serve --workers`: one API process per core behind one port, by Node's own cluster. The first process
 * answers nothing itself: it migrates the database once, holds the embedded one if that is used, starts
 * a process again that died, adds the metrics up, and passes the signal to stop on.
 */
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { AggregatorRegistry, type RegistryContentType } from "prom-client";
import type { Config } from "../config.ts";
import { PlimsollError } from "../errors.ts";
import { createLog, type Log } from "../log.ts";
import { serveMetrics } from "../server/metrics/listener.ts";
import { banner, catalogSize } from "./banner.ts";
import { openDatabase } from "./database.ts";
import { whenReachable } from "./patience.ts";
import { createQueueAccess } from "./queue-access.ts";
import { apiReadiness, NOT_LISTENING } from "./readiness.ts";
import { Closers, untilSignal } from "./shutdown.ts";

/** What a process says to the first one, and what it is told. */
export type ClusterMessage =
  | { plimsoll: "ready"; url: string }
  | { plimsoll: "metrics?" }
  | { plimsoll: "metrics"; text: string };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long died of something new. */
const STEADY_MS = 60_000;

/** @throws PlimsollError `BAD_USER_INPUT` for anything but `auto` or a count. */
export function workerCount(asked: string): number {
  if (asked === "auto") return availableParallelism();
  const count = Number(asked);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  const message = `--workers ${asked}: it must be auto, or a whole number from 1 to 256.`;
  throw new PlimsollError("BAD_USER_INPUT", message);
}

export async function serveCluster(config: Config, count: number): Promise<void> {
  const log = createLog(config.logLevel);
  const closers = new Closers(log);
  const stopping = new AbortController();
  const signal = untilSignal().then(() => stopping.abort());
  try {
    const open = () => openDatabase(config, log);
    const database = await whenReachable(open, "the database", stopping.signal, log);
    if (!database) return;
    closers.add("database", database);
    const registry = new AggregatorRegistry();
    answerMetrics(registry);
    const processes = startProcesses(count, log, stopping.signal);
    closers.add("processes", processes, config.shutdownDelayMs);
    const { redisUrl, host, metricsPort } = config;
    if (metricsPort !== null) {
      const queue = createQueueAccess({ databaseUrl: database.url, redisUrl, log });
      const ready = apiReadiness({ db: database.db, queue, feed: null });
      const readiness = async () => (processes.isListening() ? ready() : NOT_LISTENING);
      const isStopping = () => stopping.signal.aborted;
      const text = () => registry.clusterMetrics();
      const port = metricsPort;
      closers.add("metrics", await serveMetrics({ host, port, log, text, readiness, isStopping }));
    }
    const url = await Promise.race([processes.ready, signal]);
    if (!url) return;
    const size = await catalogSize(database.db);
    console.log(banner({ config, database, url, size, next: null }));
    await Promise.race([signal, processes.failed]);
  } finally {
    stopping.abort();
    await closers.closeAll();
  }
}

interface Processes {
  /** Whether one of them does. */
  isListening: () => boolean;
  /** Base URL, once all of them listen. */
  ready: Promise<string>;
  /** Rejects when one cannot start at all. */
  failed: Promise<never>;
  /** Asks all to stop and waits for them. */
  close(): Promise<void>;
}

function startProcesses(count: number, log: Log, stopping: AbortSignal): Processes {
  const listening = new Set<Worker>();
  let fail = (_error: Error) => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  let onReady = (_url: string) => {};
  const ready = new Promise<string>((resolve) => {
    onReady = resolve;
  });

  async function keep(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let everReady = false;
    while (!stopping.aborted) {
      const startedAt = performance.now();
      const worker = cluster.fork();
      worker.on("message", (message: ClusterMessage) => {
        if (message.plimsoll !== "ready") return;
        listening.add(worker);
        if (listening.size === count) onReady(message.url);
        everReady = true;
      });
      const [code, signal] = await once(worker, "exit");
      listening.delete(worker);
      if (stopping.aborted) return;
      // It has said why; the others would fail in the same way.
      if (!everReady)
        return fail(new PlimsollError("SERVICE_UNAVAILABLE", "The API could not start."));
      if (performance.now() - startedAt > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      log.error({ pid: worker.process.pid, code, signal, pauseMs }, "an API process died");
      await delay(pauseMs, undefined, { signal: stopping }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  const running = Promise.all(Array.from({ length: count }, keep));
  return {
    isListening: () => listening.size > 0,
    ready: Promise.race([ready, failed]),
    failed,
    async close() {
      for (const worker of workers()) worker.process.kill("SIGTERM");
      await running;
    },
  };
}

/** Adds up what all processes count, for the one that was asked. */
function answerMetrics(registry: AggregatorRegistry<RegistryContentType>): void {
  cluster.on("message", async (worker: Worker, message: ClusterMessage) => {
    if (message.plimsoll !== "metrics?") return;
    const text = await registry.clusterMetrics().catch(() => "");
    worker.send({ plimsoll: "metrics", text } satisfies ClusterMessage);
  });
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
