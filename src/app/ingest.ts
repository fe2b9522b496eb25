/** `plimsoll ingest`: one source, now, in the foreground, with a report at the end. */
import type { Config } from "../config.ts";
import { PlimsollError } from "../errors.ts";
import { type RunReport, runSource } from "../ingest/runner.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "./database.ts";
import { plannedSources } from "./sources.ts";
import { createIngestHttp } from "./worker.ts";

export interface IngestOptions {
  org?: string[];
  limit?: number;
  json?: boolean;
}

export async function ingestCommand(
  config: Config,
  sourceId: string,
  options: IngestOptions,
): Promise<void> {
  const planned = plannedSources(config, { organizations: options.org, limit: options.limit });
  const source = planned.find((plan) => plan.source.id === sourceId)?.source;
  if (!source) {
    const known = planned.map((plan) => plan.source.id).join(", ");
    throw new PlimsollError(
      "BAD_USER_INPUT",
      `There is no source "${sourceId}"; there is ${known}.`,
    );
  }
  const log = createLog(config.logLevel);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const database = await openDatabase(config, log);
  try {
    const deps = { db: database.db, http: createIngestHttp(log), log, signal: stop.signal };
    const report = await runSource(source, {
      ...deps,
      onProgress: (counts) => options.json || showProgress(source.title, counts.listed),
    });
    console.log(options.json ? JSON.stringify(report) : formatReport(source.title, report));
  } finally {
    await database.close();
  }
}

function showProgress(title: string, read: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${title}: ${read} read`);
}

function formatReport(title: string, report: RunReport): string {
  const counts = (
    [
      "listed",
      "created",
      "updated",
      "unchanged",
      "partial",
      "quarantined",
      "skipped",
      "failed",
    ] as const
  ).map((key) => `  ${key.padEnd(12)}${report[key]}`);
  const reasons = Object.entries(report.reasons).map(([reason, n]) => `  ${n} × ${reason}`);
  const head = `${title}: ${report.status.toLowerCase()} in ${report.seconds.toFixed(1)} s`;
  return [head, ...counts, ...reasons].join("\n");
}
