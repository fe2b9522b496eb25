/**
 * Writes the bundled snapshot from a live catalog: what upstreams say of every model, each fact with
 * the source, revision, file and key it was first read from. What is written by hand is left out: it
 * is read from its own files at every start, and could never be taken back from a copy.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { Database } from "../db/client.ts";
import type { FactName, FactOrigin } from "../db/facts.ts";
import { mergeFacts } from "../db/merge.ts";
import { PlimsollError } from "../errors.ts";
import { SNAPSHOT_PATH, type SnapshotLine } from "./sources/snapshot-file.ts";

const BY_HAND: ReadonlySet<string> = new Set(["editorial", "overrides", "measurements", "file"]);

/** Facts that change from hour to hour, or are a service's own, have no place in a committed file. */
const VOLATILE: ReadonlySet<string> = new Set([
  "downloads",
  "likes",
  "servedContextLength",
  "priceUrl",
]);

export interface SnapshotOptions {
  path?: string;
  /** The revisions of this catalog are not the Hub's own: leave them out rather than mislead. */
  withoutRevisions?: boolean;
}

/** @returns how many models were written, and whether the file differs from before. */
export async function writeSnapshot(db: Database, options: SnapshotOptions = {}) {
  const { path = SNAPSHOT_PATH, withoutRevisions = false } = options;
  const models = await loadModels(db);
  if (models.length === 0) {
    const message = "The catalog is empty; the snapshot is kept as it is.";
    throw new PlimsollError("BAD_USER_INPUT", message);
  }
  const lines = models
    .flatMap((model) => toLine(model, withoutRevisions) ?? [])
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((line) => JSON.stringify(line));
  const text = `${lines.join("\n")}\n`;
  const before = await readFile(path, "utf8").catch(() => "");
  if (text !== before) {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }
  return { path, models: lines.length, changed: text !== before };
}

async function loadModels(db: Database) {
  return db.query.models.findMany({
    where: { status: { ne: "WITHDRAWN" } },
    with: { records: true, artifacts: true },
  });
}

type LoadedModel = Awaited<ReturnType<typeof loadModels>>[number];

/** Null where upstreams say nothing of a model: it is the operator's own. */
function toLine(model: LoadedModel, withoutRevisions: boolean): SnapshotLine | null {
  const records = model.records.filter(isUpstream).map(withoutHandwriting);
  const merged = mergeFacts(records);
  const main =
    records.find(({ sourceId }) => sourceId === merged.sources.architecture) ?? records[0];
  if (main === undefined) return null;
  const facts: Record<string, unknown> = {};
  const origins: Record<string, FactOrigin> = {};
  for (const fact of Object.keys(merged.facts).sort() as FactName[]) {
    if (VOLATILE.has(fact)) continue;
    facts[fact] = merged.facts[fact];
    const record = records.find(({ sourceId }) => sourceId === merged.sources[fact]);
    const origin = record?.origins[fact];
    if (!record || !origin) continue;
    const { source = record.sourceId } = origin;
    const revision = withoutRevisions ? null : revisionOf(record, origin);
    origins[fact] = { ...origin, source, revision };
  }
  return {
    id: model.huggingFaceId,
    url: main.url ?? "",
    revision: withoutRevisions ? null : revisionOf(main, main.origins.architecture),
    outcome: merged.facts.architecture ? "model" : "partial",
    state: main.state,
    reason: merged.reason,
    facts,
    origins,
    issues: merged.issues,
    artifacts: model.artifacts
      .filter(({ sourceId }) => !BY_HAND.has(sourceId))
      .map(({ kind, label, files, bytes, parameters, externalId }) => ({
        kind,
        label,
        files,
        bytes,
        parameters,
        externalId,
      }))
      .toSorted((a, b) => (artifactKey(a) < artifactKey(b) ? -1 : 1)),
  };
}

type LoadedRecord = LoadedModel["records"][number];

function isUpstream({ sourceId, outcome }: LoadedRecord): boolean {
  return outcome !== "artifacts" && !BY_HAND.has(sourceId);
}

/** An older snapshot has facts that were written by hand. */
function withoutHandwriting(record: LoadedRecord): LoadedRecord {
  const isUpstreams = ([fact]: [string, unknown]) =>
    !BY_HAND.has(record.origins[fact as FactName]?.source ?? "");
  return { ...record, facts: Object.fromEntries(Object.entries(record.facts).filter(isUpstreams)) };
}

/** The upstream's own revision of a fact; that of the snapshot names nothing outside. */
function revisionOf({ sourceId, revision }: LoadedRecord, origin?: FactOrigin): string | null {
  if (origin?.revision !== undefined) return origin.revision;
  return sourceId === "snapshot" ? null : revision;
}

function artifactKey(artifact: { externalId: string; kind: string; label: string }): string {
  return `${artifact.externalId} ${artifact.kind} ${artifact.label}`;
}
