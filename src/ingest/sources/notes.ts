/**
 * Records of sources that describe models without making them: the outcome is `notes`, and what they
 * say has no upstream revision, so its content is one.
 */
import { createHash } from "node:crypto";
import type { FactName, FactOrigin, ModelFacts } from "../../db/facts.ts";
import type { Measurement } from "../../db/measurements.ts";
import type { SourceContext, SourceRecord } from "../source.ts";
import { emptyRecord } from "./records.ts";

export interface Note {
  externalId: string;
  /** Page for people. */
  url: string;
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
  measurements?: Measurement[];
}

/** A hash that is equal for equal content, whatever the order of its keys. */
export function contentRevision(content: unknown): string {
  const sorted = JSON.stringify(content, (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(sorted).digest("hex").slice(0, 16);
}

/** The note as a record; `unchanged` when what is stored was made from the same content. */
export async function noteRecord(note: Note, context: SourceContext): Promise<SourceRecord> {
  const { facts, origins, url, measurements } = note;
  const said = measurements ? [facts, origins, url, measurements] : [facts, origins, url];
  const revision = contentRevision(said);
  const record = { ...emptyRecord(note.externalId, note.url), revision, outcome: "notes" as const };
  const known = await context.known(note.externalId);
  if (known?.revision === revision) return { ...record, outcome: "unchanged" };
  return { ...record, facts, origins, ...(measurements && { measurements }) };
}
