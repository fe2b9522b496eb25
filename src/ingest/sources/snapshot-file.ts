/**
 * The format of the bundled snapshot: one JSON line per model, sorted by id, with what upstreams
 * say and where each fact was first read. `npm run snapshot` writes it from a live catalog, `npm run
 * snapshot:corpus` from a folder of configs; nobody edits it.
 */
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { messageOf, PlimsollError } from "../../errors.ts";
import { projectFile } from "../../project-files.ts";

/** The bundled file. */
export const SNAPSHOT_PATH = fileURLToPath(projectFile("data/snapshot.ndjson"));

const origin = z.object({
  file: z.string(),
  key: z.string(),
  basis: z.enum(["stated", "class-default", "derived", "curated"]),
  source: z.string().optional(),
  revision: z.string().nullable().optional(),
  reason: z.string().optional(),
});

const artifact = z.object({
  kind: z.enum(["safetensors", "gguf"]),
  label: z.string().nullable(),
  files: z.int().positive(),
  bytes: z.int().nonnegative(),
  parameters: z.int().nullable(),
  externalId: z.string(),
});

export const snapshotLine = z.object({
  id: z.string().regex(/^[^/\s]+\/[^/\s]+$/, "must be owner/name"),
  url: z.string(),
  revision: z.string().nullable(),
  outcome: z.enum(["model", "partial"]),
  state: z.string(),
  reason: z.string().nullable(),
  /** Checked against the vocabulary by the catalog's own columns; the file is ours. */
  facts: z.record(z.string(), z.unknown()),
  origins: z.record(z.string(), origin),
  issues: z.array(z.object({ code: z.string(), field: z.string(), message: z.string() })),
  artifacts: z.array(artifact),
});

export type SnapshotLine = z.infer<typeof snapshotLine>;

/** Reads lines of the snapshot; a line that cannot be read says which one it is. */
export function parseSnapshot(text: string): SnapshotLine[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => {
      try {
        return snapshotLine.parse(JSON.parse(line));
      } catch (cause) {
        const message = `Line ${index + 1} of the snapshot cannot be read: ${messageOf(cause)}`;
        throw new PlimsollError("UPSTREAM_INVALID", message, { cause });
      }
    });
}
