/**
 * The three ways to run: `start` is `worker` and `serve` in one process. All share one order: open
 * the database, start the parts, say that it is ready, wait for a signal, close in reverse. A part is
 * loaded only where it runs, the API while the database is opened.
 */
import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { createMetrics } from "../server/metrics/index.ts";
import { traceStatement } from "../trace.ts";
import type { Opened, RunningApi } from "./api.ts";
import { banner, catalogSize, isCatalogEmpty } from "./banner.ts";
import { isMember, leaveCluster, sayReady, shareMetrics } from "./cluster-member.ts";
import { openDatabase } from "./database.ts";
import type { WorkerStart } from "./open-worker.ts";
import { whenReachable } from "./patience.ts";
import { createQueueAccess } from "./queue-access.ts";
import { Closers, exitSoon, STEP_LIMIT_MS, untilSignal } from "./shutdown.ts";
import { handleStrayErrors } from "./stray-errors.ts";
import { startTracing } from "./tracing.ts";
import { watchProcess } from "./watch-process.ts";
import type { RunningWorker } from "./worker.ts";

export const startCommand = (config: Config) => run(config, { api: true, worker: true });
/** @param workers how many processes share the port: a count, or `auto` for one per core. */
export async function serveCommand(config: Config, workers: string): Promise<void> {
  if (workers !== "1" && !isMember) {
    const { serveCluster, workerCount } = await import("./cluster.ts");
    const count = workerCount(workers);
    if (count > 1) return serveCluster(config, count);
  }
  return run(config, { api: true, worker: false });
}
export const workerCommand = (config: Config) => run(config, { api: false, worker: true });

async function run(config: Config, parts: { api: boolean; worker: boolean }): Promise<void> {
  const log = createLog(config.logLevel);
  handleStrayErrors(log);
  const closers = new Closers(log);
  const stopping = new AbortController();
  const signal = untilSignal().then(() => stopping.abort());
  try {
    const metrics = closers.add("metrics", createMetrics());
    if (isMember) shareMetrics(metrics.registry);
    const tracer = await startTracing(config);
    if (tracer) closers.add("traces", tracer);
    const observe = (text: string) => {
      const [counted, traced] = [metrics.observeStatement(text), traceStatement(text)];
      return (error?: unknown) => {
        counted(error);
        traced(error);
      };
    };
    const api = parts.api ? import("./api.ts") : null;
    const openOne = () => openDatabase(config, log, observe);
    const database = await whenReachable(openOne, "the database", stopping.signal, log);
    if (!database) return;
    closers.add("database", database);
    const { redisUrl } = config;
    const access = createQueueAccess({ databaseUrl: database.url, redisUrl, log });
    const queue = closers.add("queue", access);
    const opened: Opened = { config, database, log, closers, queue, metrics };
    let runningApi: RunningApi | null = null;
    await watchProcess({
      ...opened,
      workerAlone: !parts.api,
      api: () => runningApi,
      isStopping: () => stopping.signal.aborted,
    });
    let onWait = () => {};
    const waiting = new Promise<null>((resolve) => {
      onWait = () => resolve(null);
    });
    let worker: Promise<RunningWorker | null> | null = null;
    // Noted ahead of the API, so that it is closed after it; one still being opened then closes itself.
    const work = new Closers(log);
    const closeWorker = async () => {
      await worker?.catch(() => {});
      await work.closeAll();
    };
    if (parts.worker) closers.add("worker", { close: closeWorker }, STEP_LIMIT_MS);
    const isEmpty = await isCatalogEmpty(database.db);
    const openApi = async () => {
      runningApi ??= (await (await api)?.openApi(opened)) ?? null;
      return runningApi;
    };
    // What was read before is served ahead of the worker.
    if (!isEmpty) await openApi();
    if (parts.worker) {
      worker = openWorker({ ...opened, closers: work, stopping, isEmpty, onWait });
      worker.catch(() => {}); // told below
    }
    // An API answers from the catalog whether or not the worker's queue is there.
    const first = await Promise.race([worker, signal, ...(parts.api ? [waiting] : [])]);
    if (stopping.signal.aborted) return;
    const url = (await openApi())?.url ?? null;
    const size = await catalogSize(database.db);
    const next = parts.worker ? (first?.next() ?? []) : null;
    if (isMember && url) sayReady(url);
    else console.log(banner({ config, database, url, size, next }));
    // A worker that cannot be had at all ends the program with the reason.
    await Promise.race([signal, worker === null ? signal : worker.then(() => signal)]);
  } catch (error) {
    // Ctrl-C also reaches what the start runs, such as initdb: breaking that off is no failure.
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.abort();
    await closers.closeAll();
    if (isMember) leaveCluster();
    exitSoon();
  }
}

async function openWorker(start: WorkerStart) {
  return (await import("./open-worker.ts")).openWorker(start);
}
