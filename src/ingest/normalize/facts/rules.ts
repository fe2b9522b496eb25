/**
 * Loads the curated rules in `data/`: families, use cases, variants, licences, and what configuration
 * classes set when a nested section is silent. They are data so that a new family needs no code; they
 * are checked once, when the program starts to read models.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { MODALITIES, USE_CASES, VARIANTS } from "../../../db/facts.ts";
import { projectFile } from "../../../project-files.ts";

const pattern = z.string().transform((text) => new RegExp(text, "i"));

const rules = z.object({
  families: z.array(z.object({ key: z.string(), name: z.string(), match: pattern })),
  useCases: z.array(
    z.object({
      useCase: z.enum(USE_CASES),
      name: pattern.optional(),
      tags: z.array(z.string()).optional(),
      pipeline: z.array(z.string()).optional(),
      input: z.array(z.enum(MODALITIES)).optional(),
      output: z.array(z.enum(MODALITIES)).optional(),
      /** At least this many languages are stated. */
      languages: z.number().optional(),
      /** The licence forbids commercial use. */
      licenseClosed: z.boolean().optional(),
      maxParameters: z.number().optional(),
    }),
  ),
  variants: z.array(z.object({ variant: z.enum(VARIANTS), match: pattern })),
});

const licenses = z.array(
  z.object({
    ids: z.array(z.string()),
    spdx: z.string(),
    name: z.string(),
    commercial: z.boolean().nullable(),
  }),
);

const organizations = z.array(z.object({ id: z.string(), name: z.string() }));

const classDefaults = z.record(
  z.string(),
  z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
);

function load<T extends z.ZodType>(file: string, schema: T): z.infer<T> {
  return schema.parse(JSON.parse(readFileSync(projectFile(`data/${file}`), "utf8")));
}

export const RULES = load("families.json", rules);
export type UseCaseRule = (typeof RULES.useCases)[number];

/**
 * Sizes that a configuration class of the transformers library sets, by `model_type`. Libraries write
 * nested sections as the difference from these, so what is absent there has the class's value.
 */
export const CLASS_DEFAULTS = new Map(Object.entries(load("class-defaults.json", classDefaults)));

export const LICENSES = new Map(
  load("licenses.json", licenses).flatMap((entry) => entry.ids.map((id) => [id, entry] as const)),
);

export const ORGANIZATION_NAMES = new Map(
  load("organizations.json", organizations).map(({ id, name }) => [id.toLowerCase(), name]),
);
