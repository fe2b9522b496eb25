/**
 * Runs one source from its listing to the catalog: pages are listed, models are read with bounded
 * concurrency and written page by page. Whatever goes wrong with one model or one page is counted and
 * named; the run goes on. Only a source that cannot list anything fails as a whole.
 */
import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { writeRecords } from "../db/catalog.ts";
import { catalogView } from "../db/catalog-view.ts";
import type { Database } from "../db/client.ts";
import { recordsOf } from "../db/records.ts";
import { finishRun, type RunCounts, startRun } from "../db/runs.ts";
import { messageOf, PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { HttpClient } from "./http/client.ts";
import { refusedRecord } from "./refused.ts";
import type { KnownRecord, ListedModel, Source, SourceContext, SourceRecord } from "./source.ts";

export interface RunnerDeps {
  db: Database;
  http: HttpClient;
  log: Log;
  signal: AbortSignal;
  /** Models read at the same time. */
  concurrency?: number;
  onProgress?: (counts: RunCounts) => void;
}

export interface RunReport extends RunCounts {
  runId: string;
  sourceId: string;
  status: "SUCCEEDED" | "FAILED";
  /** Number of pages that could not be listed. */
  failedPages: number;
  /** Why entries were left out or set aside, with how many of each. */
  reasons: Record<string, number>;
  error: string | null;
  seconds: number;
}

const NO_COUNTS: RunCounts = {
  listed: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  partial: 0,
  quarantined: 0,
  skipped: 0,
  failed: 0,
};

/**
 * Lists and reads everything a source has.
 * @throws PlimsollError when nothing could be listed; the run is recorded as failed first.
 */
export async function runSource(source: Source, deps: RunnerDeps): Promise<RunReport> {
  const { db, log, signal } = deps;
  const started = performance.now();
  const report: RunReport = {
    ...NO_COUNTS,
    runId: randomUUID(),
    sourceId: source.id,
    status: "SUCCEEDED",
    failedPages: 0,
    reasons: {},
    error: null,
    seconds: 0,
  };
  await startRun(db, { id: report.runId, sourceId: source.id, title: source.title });
  let failure: unknown = null;
  let pages = 0;
  const cursors: (string | null)[] = [null];
  while (cursors.length > 0 && !signal.aborted) {
    const cursor = cursors.shift() as string | null;
    try {
      cursors.push(...(await runPage(source, cursor, deps, report)));
      pages++;
    } catch (error) {
      failure = error;
      report.failedPages++;
      count(report, `page not listed: ${messageOf(error)}`);
    }
    deps.onProgress?.(report);
  }
  report.seconds = (performance.now() - started) / 1000;
  if (signal.aborted) failure ??= new PlimsollError("SERVICE_UNAVAILABLE", "The run was stopped.");
  const failed = failure !== null && (pages === 0 || signal.aborted);
  report.status = failed ? "FAILED" : "SUCCEEDED";
  report.error = failure === null ? null : messageOf(failure);
  await finishRun(db, report);
  if (failed) throw failure;
  log.info(summary(report), `${source.title}: run finished`);
  return report;
}

/** Lists, reads and writes one page; gives the cursors of the pages after it. */
async function runPage(
  source: Source,
  cursor: string | null,
  deps: RunnerDeps,
  report: RunReport,
): Promise<string[]> {
  const { db, http, log, signal } = deps;
  let known = new Map<string, KnownRecord>();
  const context: SourceContext = {
    http,
    log,
    signal,
    catalog: catalogView(db),
    known: async (externalId) => known.get(externalId) ?? null,
  };
  const page = await source.listPage(cursor, context);
  const ids = page.items.map((item) => item.externalId);
  const stored = [...(await recordsOf(db, source.id, ids))];
  known = new Map(stored.filter(([, record]) => record.readerVersion === source.version));
  report.listed += page.items.length;
  for (const { code } of page.skipped) {
    report.skipped++;
    count(report, code);
  }
  const read = await pMap(page.items, (item) => readOne(source, item, context, report), {
    concurrency: deps.concurrency ?? 8,
  });
  const records = read.filter((record) => record !== null);
  const { id, version: readerVersion } = source;
  const versioned = records.map((record) => ({ ...record, readerVersion }));
  for (const result of await writeRecords(db, id, versioned)) report[result.outcome]++;
  for (const record of records) {
    if (record.outcome === "partial") report.partial++;
    if (record.reason) count(report, record.issues[0]?.code ?? record.state);
  }
  return page.next;
}

/** A failure that may pass is counted and met again next time; any other sets the model aside. */
async function readOne(
  source: Source,
  item: ListedModel,
  context: SourceContext,
  report: RunReport,
): Promise<SourceRecord | null> {
  try {
    return await source.read(item, context);
  } catch (error) {
    const { externalId } = item;
    if (error instanceof PlimsollError && !error.retryable) return refusedRecord(item, error);
    context.log.debug({ externalId, error: messageOf(error) }, "a model could not be read");
    report.failed++;
    count(report, error instanceof PlimsollError ? error.code : messageOf(error));
    return null;
  }
}

function count(report: RunReport, reason: string): void {
  report.reasons[reason] = (report.reasons[reason] ?? 0) + 1;
}

function summary({ runId: _, sourceId: __, error: ___, ...rest }: RunReport) {
  return { ...rest, seconds: Math.round(rest.seconds * 10) / 10 };
}
