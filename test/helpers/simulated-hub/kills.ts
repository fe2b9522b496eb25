/**
 * Runs whose worker is killed at a random moment, beside one that is left alone. What matters is the
 * end: the same catalog, and the same events.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { connect, type Database } from "../../../src/db/client.ts";
import { openQueue } from "../../../src/ingest/queue.ts";
import { silentLog as log } from "../../../src/log.ts";
import type { WorkerStart } from "./worker.ts";

export interface RunOptions extends WorkerStart {
  /** Milliseconds after which the worker is killed; null: it is left alone. */
  killAfterMs: number | null;
}

/** One run over an empty database; gives the catalog and its events at the end. */
export async function runKilled(options: RunOptions): Promise<CatalogState> {
  const { databaseUrl, redisUrl, killAfterMs } = options;
  const queue = await openQueue({ databaseUrl, redisUrl, log });
  const { db, close } = connect({ url: databaseUrl });
  const workers: ChildProcess[] = [];
  try {
    workers.push(await startWorker(options));
    const run = queue.runNow("hugging-face");
    if (killAfterMs !== null) {
      await sleep(killAfterMs);
      workers[0]?.kill("SIGKILL");
      workers.push(await startWorker(options));
    }
    await run;
    return await catalogState(db);
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await queue.close();
    await close();
  }
}

async function startWorker({ killAfterMs: _, ...start }: RunOptions): Promise<ChildProcess> {
  const execArgv = ["--import", "tsx"];
  const worker = fork(join(import.meta.dirname, "worker.ts"), { execArgv });
  const working = once(worker, "message");
  worker.send(start);
  await working;
  return worker;
}

/** Everything that is the same however often a run is interrupted: no times, no order of events. */
export type CatalogState = Record<string, unknown[]>;

const PARTS: Record<string, string> = {
  models: "select to_jsonb(m) - 'created_at' - 'updated_at' as row from models m order by slug",
  records: "select to_jsonb(r) - 'fetched_at' as row from source_records r order by external_id",
  artifacts: "select to_jsonb(a) as row from artifacts a order by external_id, kind, label",
  setAside: "select jsonb_build_array(external_id, code, reason) as row from quarantine order by 1",
  events:
    "select jsonb_build_array(kind, model_slug, message, changes) as row from catalog_events order by 1",
  runs: "select jsonb_build_array(source_id, status, listed) as row from ingest_runs order by 1",
};

async function catalogState(db: Database): Promise<CatalogState> {
  const parts = Object.entries(PARTS).map(async ([name, query]) => {
    const rows = await db.execute<{ row: unknown }>(sql.raw(query));
    return [name, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(parts));
}
