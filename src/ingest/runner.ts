/**
 * Runs one source in this process, from its listing to the catalog: page after page, the models of a
 * page at the same time. The command line uses it; the worker drives the same steps by jobs
 * (`flow.ts`). Whatever goes wrong with one model or one page is counted and named; the run goes on.
 */
import { createHash, randomUUID } from "node:crypto";
import { messageOf, PlimsollError } from "../errors.ts";
import { addTally, emptyTally, noteReason, type RunReport, type Tally } from "./report.ts";
import {
  closeRun,
  missingFrom,
  type OpenRun,
  openRun,
  reportOf,
  retractUnlisted,
} from "./run-record.ts";
import type { ListedModel, Source } from "./source.ts";
import { listStep, readStep, type StepDeps } from "./steps.ts";

/** No listing of ours has as many pages: one that does is not going to end. */
export const MOST_PAGES = 5000;
const PAGES_AT_ONCE = 3;

export interface RunnerDeps extends StepDeps {
  /** Called after every page and model; `expected` is a guess at how many models there will be. */
  onProgress?: (done: number, expected: number) => void;
  /** Start from the watermark and move it: for a run of all that is configured, not of a part. */
  remember?: boolean;
}

/**
 * Lists and reads what a source has. Whatever ends the run early, the report says it; a run that is
 * not dry is recorded with it.
 */
export async function runSource(source: Source, deps: RunnerDeps): Promise<RunReport> {
  const { db, log, signal, dryRun = false, remember = false } = deps;
  const tally = emptyTally();
  const run = dryRun
    ? { id: randomUUID(), sourceId: source.id, since: null, startedAt: Date.now() }
    : await openRun(db, source, randomUUID(), { remember });
  try {
    await runPages(source, run, tally, deps);
  } catch (error) {
    if (!signal.aborted) {
      // Our own trouble, after which nothing may build on what was listed.
      log.error({ err: error }, `${source.title}: the run broke off`);
      Object.assign(tally, { pages: 0, error: messageOf(error) });
    }
  }
  const stopped = signal.aborted;
  const report = dryRun
    ? reportOf(run, tally, stopped)
    : await closeRun(db, run, tally, { stopped, remember });
  if (report.status === "SUCCEEDED") log.info(summaryOf(report), `${source.title}: run finished`);
  return report;
}

async function runPages(source: Source, run: OpenRun, tally: Tally, deps: RunnerDeps) {
  const seen = new Set<string>();
  const read = new Set<string>();
  const asked = new Set<string | null>();
  const cursors: (string | null)[] = [null];
  /** The models of a page are read while the next page is listed. */
  const reading = new Set<Promise<void>>();
  const readNew = async (items: ListedModel[]) => {
    const fresh = items.filter((item) => !read.has(modelKey(item)));
    for (const item of fresh) read.add(modelKey(item));
    addTally(tally, await readStep(source, fresh, { ...deps, onRead: () => progress(1) }));
  };
  let done = 0;
  const progress = (more: number) => {
    done += more;
    deps.onProgress?.(done, expected());
  };
  /** Pages that are still to come are taken to be as long as those before. */
  const expected = () => tally.listed + (cursors.length * tally.listed) / Math.max(1, tally.pages);
  try {
    for (let cursor = cursors.shift(); cursor !== undefined; cursor = cursors.shift()) {
      if (asked.has(cursor)) continue;
      if (asked.size >= MOST_PAGES) {
        noteReason(tally, "ENDLESS_LISTING", `The listing goes on after ${MOST_PAGES} pages`);
        break;
      }
      asked.add(cursor);
      const page = await listStep(source, cursor, run.since, deps);
      addTally(tally, page.tally);
      for (const id of page.seen) seen.add(id);
      cursors.push(...page.next);
      progress(page.seen.length - page.toRead.length);
      const one = readNew(page.toRead).finally(() => reading.delete(one));
      one.catch(() => {});
      reading.add(one);
      if (reading.size >= PAGES_AT_ONCE) await Promise.race(reading);
    }
    await Promise.all(reading);
  } finally {
    // What is still being written when another page breaks off belongs to this run.
    await Promise.allSettled(reading);
  }
  if (!deps.dryRun) await retractUnlisted(deps.db, source, tally, [...seen]);
  if (deps.remember) await readNew(await missingFrom(deps.db, source, run, tally, [...seen]));
}

/** Identifies what is read of a model: the same revision is read once in a run. */
export function modelKey({ externalId, revision }: ListedModel): string {
  return `${externalId}@${revision ?? ""}`;
}

/** Short and safe name of a cursor. */
export function cursorKey(cursor: string | null): string {
  return createHash("sha1")
    .update(cursor ?? "")
    .digest("base64url");
}

/** The failure of a run as an error; it may pass, so it is worth another attempt. */
export function runFailure({ error, retryAfterMs }: RunReport): PlimsollError {
  const details = retryAfterMs === null ? {} : { retryAfterMs };
  const message = error ?? "Nothing could be listed.";
  return new PlimsollError("UPSTREAM_UNAVAILABLE", message, { retryable: true, details });
}

/** The figures of a run for a log line. */
export function summaryOf({ runId: _, error: __, reasons, ...rest }: RunReport) {
  const counts = Object.entries(reasons).map(([code, { count }]) => [code, count]);
  return {
    ...rest,
    reasons: Object.fromEntries(counts),
    seconds: Math.round(rest.seconds * 10) / 10,
  };
}
