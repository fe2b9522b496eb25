/**
 * Writes the bundled snapshot from a live catalog: the effective facts of every model, each with the
 * source, revision, file and key it was first read from.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { Database } from "../db/client.ts";
import type { FactName, FactOrigin } from "../db/facts.ts";
import { PlimsollError } from "../errors.ts";
import { SNAPSHOT_PATH, type SnapshotLine } from "./sources/snapshot-file.ts";

const LOCAL: ReadonlySet<string> = new Set([
  "snapshot",
  "editorial",
  "overrides",
  "measurements",
  "file",
]);

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
    .map((model) => toLine(model, withoutRevisions))
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

function toLine(model: LoadedModel, withoutRevisions: boolean): SnapshotLine {
  const facts: Record<string, unknown> = {};
  const origins: Record<string, FactOrigin> = {};
  for (const fact of Object.keys(model.factSources).sort() as FactName[]) {
    const sourceId = model.factSources[fact];
    const record = model.records.find(
      (each) => each.sourceId === sourceId && each.outcome !== "artifacts",
    );
    if (!record || VOLATILE.has(fact)) continue;
    facts[fact] = record.facts[fact];
    const origin = record.origins[fact];
    if (!origin) continue;
    const { source = record.sourceId } = origin;
    const revision = withoutRevisions ? null : revisionOf(record, origin);
    origins[fact] = { ...origin, source, revision };
  }
  const reader = model.records.find((each) => each.sourceId === model.factSources.architecture);
  const main = reader ?? model.records[0];
  return {
    id: model.huggingFaceId,
    url: main?.url ?? "",
    revision: withoutRevisions ? null : revisionOf(main, main?.origins.architecture),
    outcome: model.architecture ? "model" : "partial",
    state: main?.state ?? "open",
    reason: model.vramReason,
    facts,
    origins,
    issues: model.issues,
    artifacts: model.artifacts
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

/**
 * The upstream's own revision of a fact. What is read from files of ours has none: their content
 * hashes name nothing outside.
 */
function revisionOf(
  record: { sourceId: string; revision: string | null } | undefined,
  origin: FactOrigin | undefined,
): string | null {
  if (origin?.revision !== undefined) return origin.revision;
  return record && !LOCAL.has(record.sourceId) ? record.revision : null;
}

function artifactKey(artifact: { externalId: string; kind: string; label: string }): string {
  return `${artifact.externalId} ${artifact.kind} ${artifact.label}`;
}
