/**
 * `plimsoll ingest`: one source, now, in the foreground, with its progress and a report at the end,
 * however it ends. With `--dry-run` everything is read and compared, and nothing is kept.
 */
import { constants } from "node:os";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { PlimsollError } from "../errors.ts";
import { createDryWriter } from "../ingest/dry-run.ts";
import { LocalBudget } from "../ingest/http/budget.ts";
import { runSource } from "../ingest/runner.ts";
import type { Source } from "../ingest/source.ts";
import { createLog, type Log } from "../log.ts";
import { openDatabase } from "./database.ts";
import { ProgressLine } from "./progress-line.ts";
import { formatDiff, formatReport } from "./report-text.ts";
import { untilSignal } from "./shutdown.ts";
import { plannedSources } from "./sources.ts";
import { createIngestHttp } from "./worker.ts";

const HUB = "hugging-face";

export interface IngestOptions {
  org?: string[];
  limit?: number;
  json?: boolean;
  dryRun?: boolean;
}

export async function ingestCommand(
  config: Config,
  sourceId: string,
  options: IngestOptions,
): Promise<void> {
  const source = chooseSource(config, sourceId, options);
  const log = createLog(config.logLevel);
  const stop = new AbortController();
  void untilSignal().then((signal) => {
    process.exitCode = 128 + constants.signals[signal];
    stop.abort();
  });
  try {
    const database = await openDatabase(config, log);
    await ingest(source, database.db, log, stop.signal, options).finally(() => database.close());
  } catch (error) {
    // Ctrl-C also reaches what is at work for us, such as initdb: breaking that off is no failure.
    if (!stop.signal.aborted) throw error;
  }
}

async function ingest(
  source: Source,
  db: Database,
  log: Log,
  signal: AbortSignal,
  { json, dryRun }: IngestOptions,
): Promise<void> {
  const budget = new LocalBudget();
  const progress = new ProgressLine(source.title, budget);
  const dry = dryRun ? createDryWriter(db) : null;
  const report = await runSource(source, {
    db,
    http: createIngestHttp(log, budget),
    log,
    signal,
    onProgress: (done, expected) => progress.show(done, expected),
    ...(dry && { write: dry.write, dryRun: true }),
  }).finally(() => progress.end());
  if (report.status === "FAILED") process.exitCode ??= 1;
  const changes = dry?.events ?? null;
  if (json) console.log(JSON.stringify(changes ? { ...report, changes } : report));
  else
    console.log(
      [...(changes ? [formatDiff(changes)] : []), formatReport(source.title, report)].join("\n"),
    );
}

function chooseSource(config: Config, sourceId: string, { org, limit }: IngestOptions): Source {
  const isCount = limit === undefined || (Number.isInteger(limit) && limit > 0);
  if (!isCount) {
    throw new PlimsollError("BAD_USER_INPUT", "--limit must be a whole number above 0.");
  }
  if (sourceId !== HUB && (org ?? limit) !== undefined) {
    throw new PlimsollError("BAD_USER_INPUT", `--org and --limit are for ${HUB} alone.`);
  }
  if (sourceId === "file" && config.sources.file.path === null) {
    const message = "Set FILE_MODELS to the folder or file that holds your own models.";
    throw new PlimsollError("BAD_USER_INPUT", message);
  }
  const planned = plannedSources(config, { organizations: org, limit });
  const source = planned.find((plan) => plan.source.id === sourceId)?.source;
  if (source) return source;
  const known = planned.map((plan) => plan.source.id).join(", ");
  throw new PlimsollError("BAD_USER_INPUT", `There is no source "${sourceId}"; there is ${known}.`);
}
