/**
 * Facets: how many models there are of each family, licence and so on, for the sidebar of a browser.
 * Each facet is counted under the filter without its own condition, so that a page can show what
 * choosing another value would find. All of them are one statement.
 */
import { type AnyColumn, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { AttentionKind } from "../db/facts.ts";
import { areMany, ofSample } from "../db/model-count.ts";
import { families, models, organizations, SAMPLED } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { ModelFilter, type ModelFilterInput, modelConditions } from "./filters.ts";
import { badInput } from "./input-errors.ts";
import { checkPageSize } from "./page.ts";
import { ATTENTION_NAMES } from "./specification.ts";

interface FacetSource {
  description: string;
  /** The condition of the filter that is left out. */
  leaves: (keyof ModelFilterInput)[];
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
    value: models.familySlug,
    label: nameIn(families),
  },
  ORGANIZATION: {
    description: "Organizations, for `organizations`.",
    leaves: ["organizations"],
    value: models.organizationSlug,
    label: nameIn(organizations),
  },
  LICENSE: {
    description: "Licences, for `licenses`.",
    leaves: ["licenses"],
    value: models.license,
    label: sql`(select ${models.licenseName} from ${models} where ${models.license} = value
      order by ${models.downloads} desc, ${models.slug} desc limit 1)`,
  },
  OPENNESS: {
    description: "What terms allow, for `openness`.",
    leaves: ["openness", "commercialUse"],
    value: sql`case when ${models.commercialUse} then 'OPEN' when not ${models.commercialUse} then 'RESTRICTED' when ${models.license} is null then 'UNKNOWN' else 'CONDITIONAL' end`,
    names: inWords,
  },
  ARCHITECTURE: {
    description: "Dense or mixture of experts, for `architecture`.",
    leaves: ["architecture"],
    value: sql`case when ${models.experts} > 0 then 'MOE' when ${models.layers} is not null then 'DENSE' end`,
    names: (value) => (value === "MOE" ? "Mixture of experts" : "Dense"),
  },
  ATTENTION: {
    description: "Kinds of attention, for `attention`.",
    leaves: ["attention"],
    value: models.attentionKind,
    names: (value) => ATTENTION_NAMES[value as AttentionKind],
  },
  VARIANT: {
    description: "What was done after pre-training, for `variants`.",
    leaves: ["variants"],
    value: models.variant,
    names: inWords,
  },
  INPUT_MODALITY: {
    description: "What models take, for `inputModalities`.",
    leaves: ["inputModalities"],
    value: inside(models.inputModalities),
    names: inWords,
  },
  OUTPUT_MODALITY: {
    description: "What models give, for `outputModalities`.",
    leaves: ["outputModalities"],
    value: inside(models.outputModalities),
    names: inWords,
  },
  USE_CASE: {
    description: "What models are chosen for, for `useCases`.",
    leaves: ["useCases"],
    value: inside(models.useCases),
    names: inWords,
  },
  LANGUAGE: {
    description: "Languages as ISO 639 codes, for `languages`.",
    leaves: ["languages"],
    value: inside(models.languages),
  },
  TAG: { description: "Tags, for `tags`.", leaves: ["tags"], value: inside(models.tags) },
} as const satisfies Record<string, FacetSource>;

type FacetName = keyof typeof FACETS;
const NAMES = Object.keys(FACETS) as FacetName[];

interface FacetValue {
  value: string;
  label: string;
  count: number;
}

const FacetEnum = builder.enumType("ModelFacet", {
  description: "What models are counted by.",
  values: described(
    Object.fromEntries(NAMES.map((name) => [name, FACETS[name].description])) as Record<
      FacetName,
      string
    >,
  ),
});

const FacetValueType = builder.objectRef<FacetValue>("FacetValue").implement({
  description: "One value of a facet.",
  fields: (t) => ({
    value: t.exposeString("value", { description: "The value, as the filter takes it." }),
    label: t.exposeString("label", { description: "What people call it." }),
    count: t.exposeInt("count", { description: "How many models have it under the filter." }),
  }),
});

interface CountedFacet {
  facet: FacetName;
  values: FacetValue[];
  isEstimate: boolean;
}

const FacetType = builder.objectRef<CountedFacet>("Facet").implement({
  description: "The values of one property of models, with how many models have each.",
  fields: (t) => ({
    isEstimate: t.exposeBoolean("isEstimate", {
      description:
        "True when its values were counted on a sample, in a catalog of more than 50,000 models: counts are then within some percent for frequent values, and rare values may be left out.",
    }),
    facet: t.field({
      type: FacetEnum,
      description: "The property.",
      resolve: ({ facet }) => facet,
    }),
    values: t.field({
      type: [FacetValueType],
      description: "Its values, the most frequent first.",
      resolve: ({ values }) => values,
    }),
  }),
});

/** The filter without a facet's own condition; the same object where it has none. */
function filterFor(
  name: FacetName,
  filter: ModelFilterInput | null | undefined,
): ModelFilterInput | null | undefined {
  const leaves: FacetSource["leaves"] = FACETS[name].leaves;
  const own = leaves.filter((condition) => filter?.[condition] != null);
  if (own.length === 0) return filter;
  return { ...filter, ...Object.fromEntries(own.map((condition) => [condition, null])) };
}

interface AskedFacet {
  facet: FacetName;
  condition: SQL;
  /** Counted on a sample, as so many models are under the condition. */
  isEstimate: boolean;
}

/** What each facet is counted under, and how; most of them have the same condition. */
async function askedFacets(
  db: Database,
  names: readonly FacetName[],
  filter: ModelFilterInput | null | undefined,
): Promise<AskedFacet[]> {
  const filters = names.map((name) => filterFor(name, filter));
  const different = [...new Set(filters)];
  const conditions = different.map((each) => modelConditions(models, each));
  const many = await areMany(db, conditions);
  return names.map((facet, index) => {
    const place = different.indexOf(filters[index]);
    return { facet, condition: conditions[place]!, isEstimate: many[place]! };
  });
}

/** Rows of one facet: its name, a value, a label and a count. */
function countsOf({ facet, condition, isEstimate }: AskedFacet, first: number): SQL {
  const { value, label }: FacetSource = FACETS[facet];
  const sample = isEstimate ? sql` and ${SAMPLED}` : sql``;
  return sql`(select ${facet}::text as facet, value, coalesce(${label ?? sql`null`}, value) as label, count
    from (select value, count(*)::int as count
      from (select ${value} as value from ${models} where ${condition}${sample}) as each
      where value is not null group by value order by count desc, value limit ${first}) as counted)`;
}

builder.queryField("facets", (t) =>
  t.field({
    type: [FacetType],
    description:
      "Models counted by family, licence and so on. Each facet is counted under the filter without its own condition.",
    args: {
      by: t.arg({
        type: [FacetEnum],
        description: "Which facets, in this order; all when left out.",
      }),
      filter: t.arg({ type: ModelFilter, description: "Which models; all when left out." }),
      first: t.arg.int({
        required: true,
        defaultValue: 20,
        description: "How many values of each facet: 0 to 100.",
      }),
    },
    // One pass over the models for each facet.
    complexity: ({ by }) => ({ field: 20 * (by?.length ?? NAMES.length), multiplier: 1 }),
    resolve: async (_root, { by, filter, first }, { db }) => {
      checkPageSize("first", first);
      const names = by ?? NAMES;
      if (names.length === 0 || new Set(names).size < names.length) {
        throw badInput("by", by, "a list of different facets, or left out");
      }
      const asked = await askedFacets(db, names, filter);
      const parts = asked.map((each) => countsOf(each, first));
      const rows = await db.execute<FacetValue & { facet: FacetName }>(
        sql`select * from (${sql.join(parts, sql` union all `)}) as facets order by count desc, value`,
      );
      return asked.map(({ facet, isEstimate }) => {
        const source: FacetSource = FACETS[facet];
        const values = rows
          .filter((row) => row.facet === facet)
          .map((row) => ({
            ...row,
            label: source.names?.(row.value) ?? row.label,
            count: isEstimate ? ofSample(row.count) : row.count,
          }));
        return { facet, values, isEstimate };
      });
    },
  }),
);
