/**
 * What the jobs of a run do: the steps of `steps.ts`, one page or one changed model at a time, and a
 * report out of what they say. It holds no state of its own, so that any worker can do any part.
 */
import type { Database } from "../db/client.ts";
import { recordsOf } from "../db/records.ts";
import { abandonRun, dropRun, earlierRuns } from "../db/runs.ts";
import { PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createBatchWriter } from "./batch-writer.ts";
import type { HttpClient } from "./http/client.ts";
import type { FlowHandlers, Part } from "./jobs.ts";
import {
  addTally,
  emptyTally,
  isComplete,
  noteFailure,
  noteReason,
  type RunReport,
  type Tally,
} from "./report.ts";
import { closeRun, missingFrom, openRun, retractUnlisted } from "./run-record.ts";
import { cursorKey, MOST_PAGES, modelKey, runFailure, summaryOf } from "./runner.ts";
import type { ListedModel, Source } from "./source.ts";
import { listStep, readStep, type StepDeps } from "./steps.ts";

export interface FlowDeps {
  db: Database;
  http: HttpClient;
  log: Log;
  sources: Map<string, Source>;
  /** Called with the report of every run that ended. */
  onReport?: (report: RunReport) => Promise<void>;
}

/** What a part tells its run. */
interface PartResult {
  tally: Tally;
  /** Ids that a page listed. */
  seen: string[];
  /** The part looked by name for what the listing lacked. */
  lookup?: boolean;
}

export function createFlow({ db, http, log, sources, onReport }: FlowDeps): FlowHandlers {
  const write = createBatchWriter(db);
  const stepDeps = (signal: AbortSignal): StepDeps => ({ db, http, log, signal, write });

  return {
    async begin(id, sourceId, isAlive) {
      const source = sources.get(sourceId);
      if (!source) return null;
      const run = await openRun(db, source, id, { remember: true });
      for (const earlier of await earlierRuns(db, sourceId, id)) {
        if (!(await isAlive(earlier))) {
          await abandonRun(db, earlier);
        } else {
          await dropRun(db, id);
          return null;
        }
      }
      return run;
    },

    async work({ run, part }, signal) {
      const source = sources.get(run.sourceId);
      if (!source)
        return { result: { tally: emptyTally(), seen: [] } satisfies PartResult, more: [] };
      if (part.kind === "model") {
        const tally = await readStep(source, [part.item], stepDeps(signal));
        const result: PartResult = { tally, seen: [], lookup: part.item.info === null };
        return { result, more: [] };
      }
      const page = await listStep(source, part.cursor, run.since, stepDeps(signal));
      const more: Part[] = page.toRead.map(modelPart);
      const depth = part.depth + 1;
      if (depth < MOST_PAGES) {
        more.push(...page.next.map((cursor) => pagePart(cursor, depth)));
      } else if (page.next.length > 0) {
        noteReason(page.tally, "ENDLESS_LISTING", `The listing goes on after ${MOST_PAGES} pages`);
      }
      return { result: { tally: page.tally, seen: page.seen } satisfies PartResult, more };
    },

    async settle(run, results, lost) {
      const source = sources.get(run.sourceId);
      if (!source) {
        // It was switched off meanwhile: what is left of its run is dropped.
        await abandonRun(db, run.id);
        return { more: [], failure: null, incomplete: null };
      }
      const tally = emptyTally();
      const seen: string[] = [];
      let lookedUp = false;
      for (const part of results as PartResult[]) {
        addTally(tally, part.tally);
        seen.push(...part.seen);
        lookedUp ||= part.lookup === true;
      }
      for (const reason of lost) noteFailure(tally, "model", new Error(reason));
      await retractUnlisted(db, source, tally, seen);
      if (!lookedUp) {
        const missing = await missingFrom(db, source, run, tally, seen);
        if (missing.length > 0)
          return { more: missing.map(modelPart), failure: null, incomplete: null };
      }
      const report = await closeRun(db, run, tally, { stopped: false, remember: true });
      await onReport?.(report);
      log.info(summaryOf(report), `${source.title}: run finished`);
      const failure = report.status === "FAILED" ? runFailure(report) : null;
      const incomplete = isComplete(tally) ? null : runFailure(report);
      return { more: [], failure, incomplete };
    },

    async sync({ sourceId, externalId, revision }, signal) {
      if (revision !== null && (await isStored(db, sourceId, externalId, revision))) return;
      const item = { externalId, revision: null, lastModified: null, info: null };
      const tally = await readStep(sourceOf(sources, sourceId), [item], stepDeps(signal));
      if (tally.failed > 0) {
        throw new PlimsollError("UPSTREAM_UNAVAILABLE", tally.error ?? "It could not be read.");
      }
    },
  };
}

/** Somebody else was faster: a sweep, or an earlier word of the same change. */
async function isStored(db: Database, sourceId: string, id: string, revision: string) {
  return (await recordsOf(db, sourceId, [id])).get(id)?.revision === revision;
}

function sourceOf(sources: Map<string, Source>, id: string): Source {
  const source = sources.get(id);
  if (source) return source;
  throw new PlimsollError("BAD_CONFIGURATION", `The source ${id} is not configured here.`);
}

function modelPart(item: ListedModel): Part {
  return { kind: "model", key: modelKey(item), item };
}

function pagePart(cursor: string, depth: number): Part {
  return { kind: "page", key: cursorKey(cursor), cursor, depth };
}
