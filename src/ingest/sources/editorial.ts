/**
 * The source of hand-written notes: names, descriptions, use cases, languages, lineage, release dates and
 * licences that editors of the catalog keep in `data/editorial`, one file per organization. It reads local files
 * only, and it never states a figure that can be computed from a model's own files.
 */
import * as z from "zod";
import { type FactName, type FactOrigin, type ModelFacts, USE_CASES } from "../../db/facts.ts";
import { projectFile } from "../../project-files.ts";
import { LICENSES } from "../normalize/facts/rules.ts";
import type { Source } from "../source.ts";
import { REPOSITORY_ID } from "./hugging-face/protocol.ts";
import { noteRecord } from "./notes.ts";
import { OwnerFiles } from "./owner-files.ts";
import { missingRecord } from "./records.ts";
import { statedFacts } from "./stated-facts.ts";

const LICENSE_BY_SPDX = new Map([...LICENSES.values()].map((license) => [license.spdx, license]));

const noteSchema = z.strictObject({
  name: z.string().min(1).max(120),
  description: z.string().min(40).max(600),
  useCases: z.array(z.enum(USE_CASES)).min(1),
  /** Those that its publisher says it is good at, by ISO 639-1. */
  languages: statedFacts.languages.optional(),
  /** Hugging Face id of the model that it was made from, by the name that this has now. */
  baseModel: z.string().regex(REPOSITORY_ID).optional(),
  releasedOn: z.iso.date().optional(),
  /** Whether the date is the announcement's or only that of the repository's first commit. */
  releasedOnBasis: z.enum(["announcement", "repository-created"]).optional(),
  /** An `spdx` of `data/licenses.json`, which knows its name and its terms. */
  license: z
    .string()
    .refine((id) => LICENSE_BY_SPDX.has(id), "This licence is not in data/licenses.json.")
    .optional(),
  /** Page with the text of a publisher's own licence. */
  licenseUrl: z.url({ protocol: /^https$/ }).optional(),
});

/** What editors write about one model. */
export type EditorialNote = z.infer<typeof noteSchema>;

/** The source over a folder; the bundled notes by default. */
export function editorialSource(folder: URL = projectFile("data/editorial/")): Source {
  const files = new OwnerFiles(folder, "editorial notes", noteSchema);
  return {
    id: "editorial",
    title: "Editorial notes",
    version: 3,
    selfContained: true,
    retracts: true,
    listPage: (cursor) => files.listPage(cursor),
    async read({ externalId, info }, context) {
      const note = await files.find(externalId, info);
      const url = `https://huggingface.co/${externalId}`;
      if (note === null) return missingRecord(externalId, url, "No notes are kept.");
      const facts = factsOf(note);
      const file = `data/editorial/${files.nameFor(externalId)}`;
      const origins = originsOf(externalId, file, facts);
      return noteRecord({ externalId, url, facts, origins }, context);
    },
  };
}

/** A licence brings its name and its terms along, as one that a model card states does. */
function factsOf({ releasedOnBasis: _, ...stated }: EditorialNote): Partial<ModelFacts> {
  const license = LICENSE_BY_SPDX.get(stated.license ?? "");
  if (license === undefined) return stated;
  const { name: licenseName, commercial: commercialUse } = license;
  return { ...stated, licenseName, ...(commercialUse === null ? {} : { commercialUse }) };
}

function originsOf(
  externalId: string,
  file: string,
  facts: Partial<ModelFacts>,
): Partial<Record<FactName, FactOrigin>> {
  const origin = (fact: string): FactOrigin =>
    fact === "licenseName" || fact === "commercialUse"
      ? { file: "data/licenses.json", key: `${facts.license}`, basis: "curated" }
      : { file, key: `${externalId}.${fact}`, basis: "curated" };
  return Object.fromEntries(Object.keys(facts).map((fact) => [fact, origin(fact)]));
}
