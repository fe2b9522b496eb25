/**
 * The three ways to run: `start` is `worker` and `serve` in one process. All share one order: open
 * the database, start the parts, say that it is ready, wait for a signal, close in reverse.
 */
import type { Config } from "../config.ts";
import { messageOf } from "../errors.ts";
import { openFeed } from "../events/feed.ts";
import { createLog, type Log } from "../log.ts";
import { startServer } from "../server/index.ts";
import { banner, catalogSize } from "./banner.ts";
import { type OpenDatabase, openDatabase } from "./database.ts";
import { readPastedConfig as readConfig } from "./read-config.ts";
import { Closers, untilSignal } from "./shutdown.ts";
import { VERSION } from "./version.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

export const startCommand = (config: Config) => run(config, { api: true, worker: true });
export const serveCommand = (config: Config) => run(config, { api: true, worker: false });
export const workerCommand = (config: Config) => run(config, { api: false, worker: true });

async function run(config: Config, parts: { api: boolean; worker: boolean }): Promise<void> {
  const log = createLog(config.logLevel);
  process.on("unhandledRejection", (error) => {
    log.error({ error: messageOf(error) }, "unhandled rejection");
  });
  const closers = new Closers(log);
  let stopping = false;
  const signal = untilSignal().then(() => {
    stopping = true;
  });
  try {
    const database = closers.add("database", await openDatabase(config, log));
    if (stopping) return;
    const worker = parts.worker ? await openWorker(config, database, log, closers, signal) : null;
    if (stopping) return;
    const url = parts.api ? await openApi(config, database, log, closers) : null;
    const size = await catalogSize(database.db);
    console.log(banner({ config, database, url, size, next: worker?.next() ?? null }));
    await signal;
  } catch (error) {
    // Ctrl-C also reaches what the start runs, such as initdb: breaking that off is no failure.
    if (!stopping) throw error;
  } finally {
    await closers.closeAll();
  }
}

/**
 * On an empty catalog the bundled data is awaited, unless somebody wants to stop; otherwise it is
 * compared in the background.
 */
async function openWorker(
  config: Config,
  { db, url }: OpenDatabase,
  log: Log,
  closers: Closers,
  signal: Promise<void>,
): Promise<RunningWorker> {
  const worker = closers.add("worker", await startWorker({ config, db, databaseUrl: url, log }));
  const bundled = worker.loadBundled();
  if ((await catalogSize(db)).models === 0) await Promise.race([bundled, signal]);
  return worker;
}

async function openApi(
  config: Config,
  { db }: OpenDatabase,
  log: Log,
  closers: Closers,
): Promise<string> {
  const feed = closers.add("change feed", await openFeed({ db, log }));
  const { host, port } = config;
  const server = closers.add(
    "API",
    await startServer({ host, port, db, feed, log, readConfig, release: VERSION }),
  );
  return server.url;
}
