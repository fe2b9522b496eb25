/**
 * Corrections by hand, for what every upstream gets wrong: `data/overrides`, one file per owner, each
 * value with the reason why it is believed instead. They rank above everything else, so a correction
 * without a reason is not taken.
 */
import * as z from "zod";
import type { FactName, FactOrigin, ModelFacts } from "../../../db/facts.ts";
import { projectFile } from "../../../project-files.ts";
import type { Source } from "../../source.ts";
import { noteRecord } from "../notes.ts";
import { OwnerFiles } from "../owner-files.ts";
import { missingRecord } from "../records.ts";
import { statedFacts } from "../stated-facts.ts";

const correction = z.strictObject({
  value: z.unknown(),
  reason: z.string().trim().min(20).max(600),
  /** Where it can be read that the value is right. */
  evidence: z.url({ protocol: /^https?$/ }).optional(),
});
type Correction = z.infer<typeof correction>;

const entry = z
  .strictObject(
    Object.fromEntries(
      Object.entries(statedFacts).map(([fact, value]) => [
        fact,
        correction.extend({ value }).optional(),
      ]),
    ),
  )
  .refine((facts) => Object.keys(facts).length > 0, "names no fact");

export const OVERRIDES_FOLDER = projectFile("data/overrides/");

/** @param folder the corrections to read; the bundled ones unless a test brings its own. */
export function overridesSource(folder: URL = OVERRIDES_FOLDER): Source {
  const files = new OwnerFiles(folder, "corrections", entry);
  return {
    id: "overrides",
    title: "Corrections by hand",
    version: 1,
    selfContained: true,
    retracts: true,
    listPage: (cursor) => files.listPage(cursor),
    async read({ externalId, info }, context) {
      const found = await files.find(externalId, info);
      const url = `https://huggingface.co/${externalId}`;
      if (found === null) return missingRecord(externalId, url, "Nothing is corrected.");
      const file = `data/overrides/${files.nameFor(externalId)}`;
      return noteRecord({ externalId, url, ...factsOf(externalId, file, found) }, context);
    },
  };
}

function factsOf(externalId: string, file: string, found: z.infer<typeof entry>) {
  const facts: Partial<ModelFacts> = {};
  const origins: Partial<Record<FactName, FactOrigin>> = {};
  for (const [fact, { value, reason, evidence }] of Object.entries(found) as [
    FactName,
    Correction,
  ][]) {
    Object.assign(facts, { [fact]: value });
    origins[fact] = {
      file,
      key: `${externalId}.${fact}`,
      basis: "curated",
      reason: evidence === undefined ? reason : `${reason} (${evidence})`,
    };
  }
  return { facts, origins };
}
