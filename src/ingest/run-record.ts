/**
 * Opening and closing a run: what it has to list, and what is kept of it afterwards. A run either
 * sweeps everything a source lists or reads what changed since the watermark. It sweeps every so
 * often, when the watermark is lost, and when the reader itself has changed.
 */
import type { Database } from "../db/client.ts";
import {
  forgetAbsences,
  hasOldReadings,
  readProgress,
  saveProgress,
  unlisted,
} from "../db/progress.ts";
import { retractRecords } from "../db/retract.ts";
import { finishRun, startRun } from "../db/runs.ts";
import { isComplete, type RunReport, type Tally } from "./report.ts";
import type { ListedModel, Source } from "./source.ts";

const SWEEP_EVERY = 24;
/** Changes are listed this far back again: clocks differ, and listings lag behind changes. */
const OVERLAP_MS = 10 * 60_000;
/** Unlisted models looked for by name after one sweep. */
const LOOKUPS_PER_SWEEP = 200;
const MOST_RETRACTED = 10_000;

export interface OpenRun {
  id: string;
  sourceId: string;
  /** Time before which nothing needs to be listed; null for a sweep. */
  since: string | null;
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** Notes that a run has begun. With `remember: false` it sweeps and leaves the watermark alone. */
export async function openRun(
  db: Database,
  source: Source,
  id: string,
  { remember }: { remember: boolean },
): Promise<OpenRun> {
  await startRun(db, { id, sourceId: source.id, title: source.title });
  const since = remember ? await sinceWhen(db, source) : null;
  return { id, sourceId: source.id, since, startedAt: Date.now() };
}

async function sinceWhen(db: Database, source: Source): Promise<string | null> {
  if (!source.incremental) return null;
  const { watermark, runsSinceSweep } = await readProgress(db, source.id);
  if (watermark === null || runsSinceSweep + 1 >= SWEEP_EVERY) return null;
  if (await hasOldReadings(db, source.id, source.version)) return null;
  return new Date(Date.parse(watermark) - OVERLAP_MS).toISOString();
}

/** Models that a complete sweep did not list and that are to be looked for by name. */
export async function missingFrom(
  db: Database,
  source: Source,
  run: OpenRun,
  tally: Tally,
  seen: string[],
): Promise<ListedModel[]> {
  if (!source.incremental || run.since !== null || !isComplete(tally)) return [];
  await forgetAbsences(db, source.id, seen);
  const ids = await unlisted(db, source.id, seen, LOOKUPS_PER_SWEEP);
  return ids.map((externalId) => ({ externalId, revision: null, lastModified: null, info: null }));
}

/**
 * Takes back what a source of hand-written files says no more. An entry that cannot be read is not a
 * missing one, and a folder without any is one that was not mounted.
 */
export async function retractUnlisted(
  db: Database,
  source: Source,
  tally: Tally,
  seen: string[],
): Promise<void> {
  const isWhole = isComplete(tally) && tally.reasons.INVALID_ENTRY === undefined;
  if (!source.retracts || !isWhole || seen.length === 0) return;
  await retractRecords(db, source.id, await unlisted(db, source.id, seen, MOST_RETRACTED));
}

/** Keeps the report; a complete run also moves the watermark when it is to be remembered. */
export async function closeRun(
  db: Database,
  run: OpenRun,
  tally: Tally,
  { stopped, remember }: { stopped: boolean; remember: boolean },
): Promise<RunReport> {
  const report = reportOf(run, tally, stopped);
  await finishRun(db, report);
  if (remember && !stopped) await remembered(db, run, tally);
  return report;
}

/** The report of a run that ends now. */
export function reportOf(run: OpenRun, tally: Tally, stopped: boolean): RunReport {
  return {
    ...tally,
    runId: run.id,
    sourceId: run.sourceId,
    status: stopped || tally.pages === 0 ? "FAILED" : "SUCCEEDED",
    stopped,
    error: stopped ? "The run was stopped." : tally.error,
    sweep: run.since === null,
    seconds: (Date.now() - run.startedAt) / 1000,
  };
}

async function remembered(db: Database, run: OpenRun, tally: Tally): Promise<void> {
  const { watermark, runsSinceSweep } = await readProgress(db, run.sourceId);
  if (isComplete(tally)) {
    const runs = run.since === null ? 0 : runsSinceSweep + 1;
    const moved = { watermark: watermarkAfter(run, tally), runsSinceSweep: runs };
    await saveProgress(db, run.sourceId, moved);
  } else if (tally.failedPages > 0) {
    // A listing that cannot be trusted is made good by one that starts anew.
    await saveProgress(db, run.sourceId, { watermark, runsSinceSweep: SWEEP_EVERY });
  }
}

/**
 * By the upstream's clock, which may differ from ours: the newest change that was listed was made
 * before the run ended, so everything up to the run's own length before it has been listed. A change
 * that is dated in the future is no time to wait for: then it is our own clock that counts.
 */
function watermarkAfter(run: OpenRun, { newest }: Tally): string | null {
  if (newest === null) return null;
  const latest = Math.min(Date.parse(newest), Date.now());
  return new Date(latest - (Date.now() - run.startedAt)).toISOString();
}
