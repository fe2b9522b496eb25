/** What models can be counted by: where each facet comes from, and which condition of a filter is its own. */
import { type AnyColumn, type SQL, sql } from "drizzle-orm";
import type { AttentionKind } from "../db/facts.ts";
import { families, LISTED, models, organizations } from "../db/tables.ts";
import type { ModelFilterInput } from "./filters.ts";
import { ATTENTION_NAMES } from "./specification.ts";

export interface FacetSource {
  description: string;
  /** The condition of the filter that is left out. */
  leaves: (keyof ModelFilterInput)[];
  /** Columns that it looks at. */
  reads: AnyColumn[];
  value: SQL | AnyColumn;
  /** What people call the value, as SQL; the value itself when left out. */
  label?: SQL;
  /** What people call the values of an enum. */
  names?: (value: string) => string;
}

const inside = (column: AnyColumn) => sql`unnest(${column})`;
const nameIn = (table: typeof families | typeof organizations) =>
  sql`(select ${table.name} from ${table} where ${table.slug} = value)`;

/** `GENERAL_PURPOSE` as people write it. */
const inWords = (value: string) =>
  value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");

const FACETS = {
  FAMILY: {
    description: "Families, for `families`.",
    leaves: ["families"],
    reads: [models.familySlug],
    value: models.familySlug,
    label: nameIn(families),
  },
  ORGANIZATION: {
    description: "Organizations, for `organizations`.",
    leaves: ["organizations"],
    reads: [models.organizationSlug],
    value: models.organizationSlug,
    label: nameIn(organizations),
  },
  LICENSE: {
    description: "Licences, for `licenses`.",
    leaves: ["licenses"],
    reads: [models.license],
    value: models.license,
    label: sql`(select ${models.licenseName} from ${models} where ${models.license} = value and ${LISTED}
      order by ${models.downloads} desc, ${models.slug} desc limit 1)`,
  },
  OPENNESS: {
    description: "What terms allow, for `openness`.",
    leaves: ["openness", "commercialUse"],
    reads: [models.commercialUse, models.license],
    value: sql`case when ${models.commercialUse} then 'OPEN' when not ${models.commercialUse} then 'RESTRICTED' when ${models.license} is null then 'UNKNOWN' else 'CONDITIONAL' end`,
    names: inWords,
  },
  ARCHITECTURE: {
    description: "Dense or mixture of experts, for `architecture`.",
    leaves: ["architecture"],
    reads: [models.experts, models.layers],
    value: sql`case when ${models.experts} > 0 then 'MOE' when ${models.layers} is not null then 'DENSE' end`,
    names: (value) => (value === "MOE" ? "Mixture of experts" : "Dense"),
  },
  ATTENTION: {
    description: "Kinds of attention, for `attention`.",
    leaves: ["attention"],
    reads: [models.attentionKind],
    value: models.attentionKind,
    names: (value) => ATTENTION_NAMES[value as AttentionKind],
  },
  VARIANT: {
    description: "What was done after pre-training, for `variants`.",
    leaves: ["variants"],
    reads: [models.variant],
    value: models.variant,
    names: inWords,
  },
  INPUT_MODALITY: {
    description: "What models take, for `inputModalities`.",
    leaves: ["inputModalities"],
    reads: [models.inputModalities],
    value: inside(models.inputModalities),
    names: inWords,
  },
  OUTPUT_MODALITY: {
    description: "What models give, for `outputModalities`.",
    leaves: ["outputModalities"],
    reads: [models.outputModalities],
    value: inside(models.outputModalities),
    names: inWords,
  },
  USE_CASE: {
    description: "What models are chosen for, for `useCases`.",
    leaves: ["useCases"],
    reads: [models.useCases],
    value: inside(models.useCases),
    names: inWords,
  },
  LANGUAGE: {
    description: "Languages as ISO 639 codes, for `languages`.",
    leaves: ["languages"],
    reads: [models.languages],
    value: inside(models.languages),
  },
  TAG: {
    description: "Tags, for `tags`.",
    leaves: ["tags"],
    reads: [models.tags],
    value: inside(models.tags),
  },
} as const satisfies Record<string, FacetSource>;

export type FacetName = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as FacetName[];

export const sourceOf = (facet: FacetName): FacetSource => FACETS[facet];
