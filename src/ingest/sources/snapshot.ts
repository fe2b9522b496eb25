/**
 * The bundled snapshot as a source: a first start has a catalog without a network. It ranks below
 * every live source, so whatever is read later replaces it fact by fact.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { FactName, FactOrigin, ModelFacts } from "../../db/facts.ts";
import { PlimsollError } from "../../errors.ts";
import type { RepositoryState, Source } from "../source.ts";
import { parseSnapshot, SNAPSHOT_PATH, type SnapshotLine } from "./snapshot-file.ts";

/** @param path the snapshot to read; the bundled one unless a test brings its own. */
export function snapshotSource(path: string = SNAPSHOT_PATH): Source {
  let lines = new Map<string, SnapshotLine>();

  return {
    id: "snapshot",
    title: "Bundled snapshot",
    version: 1,
    selfContained: true,

    async listPage() {
      lines = new Map(parseSnapshot(await readFile(path, "utf8")).map((line) => [line.id, line]));
      const items = [...lines.values()].map((line) => ({
        externalId: line.id,
        revision: contentRevision(line),
        lastModified: null,
        info: null,
      }));
      return { items, skipped: [], next: [] };
    },

    async read(item) {
      const line = lines.get(item.externalId);
      if (!line) {
        throw new PlimsollError("UPSTREAM_MISSING", `${item.externalId} is not in the snapshot.`);
      }
      return {
        externalId: line.id,
        revision: item.revision,
        fetchedAt: new Date().toISOString(),
        url: line.url,
        outcome: line.outcome,
        state: line.state as RepositoryState,
        renamedTo: null,
        reason: line.reason,
        facts: line.facts as Partial<ModelFacts>,
        origins: line.origins as Partial<Record<FactName, FactOrigin>>,
        issues: line.issues,
        artifacts: line.artifacts,
        files: {},
      };
    },
  };
}

function contentRevision(line: SnapshotLine): string {
  return createHash("sha256").update(JSON.stringify(line)).digest("hex").slice(0, 40);
}
