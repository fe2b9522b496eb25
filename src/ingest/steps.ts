/**
 * The two steps that every run is made of, whoever drives it: list one page, and read some models.
 * Both end in a tally and never throw for what an upstream did; what they throw is our own trouble.
 */
import pMap from "p-map";
import type { WriteResult } from "../db/apply-batch.ts";
import { writeRecords } from "../db/catalog.ts";
import { catalogView } from "../db/catalog-view.ts";
import type { Database } from "../db/client.ts";
import { isUnreachable } from "../db/failures.ts";
import { followName } from "../db/names.ts";
import { type CatalogRecord, recordsOf, type StoredRecord } from "../db/records.ts";
import { messageOf, PlimsollError } from "../errors.ts";
import type { Log } from "../log.ts";
import { BudgetUnavailable } from "./http/budget.ts";
import type { HttpClient } from "./http/client.ts";
import { refusedRecord } from "./refused.ts";
import { emptyTally, later, noteFailure, noteReason, type Tally } from "./report.ts";
import type { ListedModel, Source, SourceContext, SourceRecord } from "./source.ts";
import { storable } from "./storable.ts";

/** Models written in one transaction: each takes a lock, and rows of many columns. */
const MOST_AT_ONCE = 100;

export type RecordWriter = (sourceId: string, records: CatalogRecord[]) => Promise<WriteResult[]>;

export interface StepDeps {
  db: Database;
  http: HttpClient;
  log: Log;
  signal: AbortSignal;
  /** Models read at the same time. */
  concurrency?: number;
  /** Instead of writing each step's records by themselves. */
  write?: RecordWriter;
  /** Nothing is to be kept: names and absences are not followed. */
  dryRun?: boolean;
  /** Called after each model that was read. */
  onRead?: () => void;
}

export interface ListedPage {
  tally: Tally;
  /** Ids of the models on the page. */
  seen: string[];
  /** Models whose reading may cost requests. */
  toRead: ListedModel[];
  /** Cursors of the pages to list next. */
  next: string[];
}

/** Lists one page and settles at once what needs no request. */
export async function listStep(
  source: Source,
  cursor: string | null,
  since: string | null,
  deps: StepDeps,
): Promise<ListedPage> {
  const tally = emptyTally();
  try {
    const context = contextOf(source, deps, new Map(), since);
    const page = storable(await source.listPage(cursor, context));
    // A page that only names others has said nothing of its own.
    const silent = page.items.length === 0 && page.skipped.length === 0 && page.next.length > 0;
    tally.pages = silent ? 0 : 1;
    tally.listed = page.items.length;
    tally.skipped = page.skipped.length;
    for (const { code, externalId, reason } of page.skipped) {
      noteReason(tally, code, `${externalId ?? "An entry"}: ${reason}`);
    }
    tally.newest = page.newest ?? null;
    for (const item of page.items) tally.newest = later(tally.newest, item.lastModified);
    const items = firstOfEach(page.items, tally);
    const seen = items.map((item) => item.externalId);
    const stored = await recordsOf(deps.db, source.id, seen);
    const isKnown = ({ externalId, revision }: ListedModel) =>
      revision !== null && knownIn(stored, source, externalId)?.revision === revision;
    const [settled, toRead] = split(items, (item) => source.selfContained || isKnown(item));
    await readInto(tally, source, settled, stored, deps);
    return { tally, seen, toRead, next: page.next };
  } catch (error) {
    if (deps.signal.aborted) throw error;
    throwOurs(error);
    noteFailure(tally, "page", error);
    deps.log.debug({ source: source.id, error: messageOf(error) }, "a page could not be listed");
    return { tally, seen: [], toRead: [], next: [] };
  }
}

/** A page that names a model twice would have it written twice at once. */
function firstOfEach(items: ListedModel[], tally: Tally): ListedModel[] {
  const first = new Map<string, ListedModel>();
  for (const item of items) {
    if (!first.has(item.externalId)) {
      first.set(item.externalId, item);
      continue;
    }
    tally.skipped++;
    noteReason(tally, "DUPLICATE_ENTRY", `${item.externalId} is listed twice; the first counts`);
  }
  return [...first.values()];
}

/** Reads models and writes what was read. */
export async function readStep(
  source: Source,
  items: ListedModel[],
  deps: StepDeps,
): Promise<Tally> {
  const tally = emptyTally();
  const ids = items.map((item) => item.externalId);
  await readInto(tally, source, items, await recordsOf(deps.db, source.id, ids), deps);
  return tally;
}

async function readInto(
  tally: Tally,
  source: Source,
  items: ListedModel[],
  stored: Map<string, StoredRecord>,
  deps: StepDeps,
): Promise<void> {
  for (let from = 0; from < items.length; from += MOST_AT_ONCE) {
    deps.signal.throwIfAborted();
    await readBatch(tally, source, items.slice(from, from + MOST_AT_ONCE), stored, deps);
  }
}

async function readBatch(
  tally: Tally,
  source: Source,
  items: ListedModel[],
  stored: Map<string, StoredRecord>,
  deps: StepDeps,
): Promise<void> {
  const context = contextOf(source, deps, stored, null);
  const readItem = async (item: ListedModel) => {
    const record = await readOne(source, item, context, tally);
    deps.onRead?.();
    return record;
  };
  const read = await pMap(items, readItem, { concurrency: deps.concurrency ?? 8 });
  const records = read
    .filter((record) => record !== null)
    .map((record) => keepGood(record, stored.get(record.externalId)))
    .map((record) => ({ ...record, readerVersion: source.version }));
  const write = deps.write ?? ((sourceId, batch) => writeRecords(deps.db, sourceId, batch));
  for (const { externalId, outcome } of await write(source.id, records)) {
    tally[outcome]++;
    if (outcome !== "skipped") continue;
    const isOfFiles = records.some(
      (record) => record.externalId === externalId && record.outcome === "artifacts",
    );
    // What people wrote of a model is kept; files are met again by the next sweep.
    if (isOfFiles) noteReason(tally, "NOT_IN_CATALOG", `${externalId}: its model is not there`);
    else noteReason(tally, "WAITS_FOR_MODEL", `${externalId}: kept until its model is there`);
  }
  for (const record of records) {
    if (record.outcome === "partial") tally.partial++;
    if (!record.reason) continue;
    const isNamed = record.reason.includes(record.externalId);
    const example = isNamed ? record.reason : `${record.externalId}: ${record.reason}`;
    noteReason(tally, record.issues[0]?.code ?? record.state, example);
  }
  for (const { externalId, state, renamedTo } of deps.dryRun ? [] : records) {
    await followName(deps.db, source.id, { externalId, state, renamedTo });
  }
}

/** A failure that may pass is counted and met again next time; any other sets the model aside. */
async function readOne(
  source: Source,
  item: ListedModel,
  context: SourceContext,
  tally: Tally,
): Promise<SourceRecord | null> {
  try {
    return storable(await source.read(item, context));
  } catch (error) {
    if (context.signal.aborted) throw error;
    throwOurs(error);
    if (error instanceof PlimsollError && !error.retryable) {
      return storable(refusedRecord(item, error));
    }
    noteFailure(tally, "model", error);
    context.log.debug({ externalId: item.externalId, error: messageOf(error) }, "not read");
    return null;
  }
}

/** A record that was read by this version of the reader; older readings are read again. */
function knownIn(stored: Map<string, StoredRecord>, source: Source, id: string) {
  const record = stored.get(id);
  return record?.readerVersion === source.version ? record : null;
}

/** A model that could be read once and cannot now stays as it was; the new version is set aside. */
function keepGood(record: SourceRecord, stored: StoredRecord | undefined): SourceRecord {
  if (record.outcome !== "partial" || stored?.outcome !== "model") return record;
  return { ...record, outcome: "refused" };
}

function contextOf(
  source: Source,
  { db, http, log, signal }: StepDeps,
  stored: Map<string, StoredRecord>,
  since: string | null,
): SourceContext {
  const known = async (externalId: string) => knownIn(stored, source, externalId);
  return { http, log, signal, since, catalog: catalogView(db), known };
}

/** Our own database in trouble is no failure of the upstream: the step as a whole is tried again. */
function throwOurs(error: unknown): void {
  if (error instanceof BudgetUnavailable) throw error.cause;
  if (isUnreachable(error) || (error instanceof Error && error.name === "DrizzleQueryError")) {
    throw error;
  }
}

function split<T>(items: T[], test: (item: T) => boolean | undefined): [T[], T[]] {
  const yes = items.filter((item) => test(item));
  return [yes, items.filter((item) => !yes.includes(item))];
}
