/**
 * One model of the operator's own, as it lies on the disk: its config, what a quantizer left beside it,
 * facts that the operator states, and the sizes of its GGUF files.
 */
import * as z from "zod";
import type { FactName, FactOrigin, ModelFacts } from "../../../db/facts.ts";
import { normalizeConfig } from "../../normalize/index.ts";
import type { Artifact, SourceContext, SourceRecord } from "../../source.ts";
import { groupGguf } from "../hugging-face/gguf-sets.ts";
import { REPOSITORY_ID } from "../hugging-face/protocol.ts";
import { contentRevision } from "../notes.ts";
import { emptyRecord } from "../records.ts";
import { statedFacts } from "../stated-facts.ts";

export const ID = z
  .string()
  .regex(REPOSITORY_ID)
  .refine((id) => id.includes("/"), "must be owner/name");

export const ownFacts = z.strictObject(
  Object.fromEntries(Object.entries(statedFacts).map(([fact, value]) => [fact, value.optional()])),
);

export const ownModel = z.strictObject({
  id: ID,
  /** The content of `config.json`. */
  config: z.record(z.string(), z.unknown()),
  /** The content of `hf_quant_config.json`, where there is one. */
  hfQuantConfig: z.unknown().optional(),
  /** The content of `generation_config.json`, where there is one. */
  generationConfig: z.unknown().optional(),
  /** Facts that no config states: licence, release date, description … */
  facts: ownFacts.optional(),
  /** Weight files with their sizes. */
  files: z
    .array(z.object({ path: z.string().max(1000), bytes: z.int().nonnegative() }))
    .max(10_000)
    .optional(),
});
export type OwnModel = z.infer<typeof ownModel>;

/** The record of a model; `unchanged` when it was read from the same content before. */
export async function recordOf(model: OwnModel, context: SourceContext): Promise<SourceRecord> {
  const { id, config, hfQuantConfig, generationConfig, facts: stated = {}, files = [] } = model;
  const record = { ...emptyRecord(id, ""), revision: contentRevision(model) };
  const known = await context.known(id);
  if (known?.revision === record.revision) return { ...record, outcome: "unchanged" };
  const reading = normalizeConfig({ id, config, files: { hfQuantConfig, generationConfig } });
  const { sets, issues } = groupGguf(files);
  const artifacts = sets.map(({ label, paths, bytes }): Artifact => {
    const parameters = reading.facts.totalParameters ?? null;
    return { kind: "gguf", label, files: paths.length, bytes, parameters, externalId: id };
  });
  return {
    ...record,
    outcome: reading.outcome,
    reason: reading.reason,
    facts: { ...reading.facts, ...(stated as Partial<ModelFacts>) },
    origins: { ...reading.origins, ...originsOf(stated) },
    issues: [...reading.issues, ...issues],
    artifacts,
  };
}

function originsOf(stated: Record<string, unknown>): Partial<Record<FactName, FactOrigin>> {
  const origin = (key: string): FactOrigin => ({ file: FACTS_FILE, key, basis: "curated" });
  return Object.fromEntries(Object.keys(stated).map((key) => [key, origin(key)]));
}

/** The file beside `config.json` that holds the operator's facts. */
export const FACTS_FILE = "plimsoll.json";
