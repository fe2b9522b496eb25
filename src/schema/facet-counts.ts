/**
 * Counting models by facets. Each is counted under the filter without its own condition, so that a page
 * can show what choosing another value would find. The models under a condition are read once, however
 * many facets are counted of them, and all of it is one statement.
 */
import { type Name, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { areMany, ofSample } from "../db/model-count.ts";
import { models, SAMPLED } from "../db/tables.ts";
import { type FacetName, sourceOf } from "./facet-sources.ts";
import { type ModelFilterInput, modelConditions } from "./filters.ts";

export interface FacetValue {
  value: string;
  label: string;
  count: number;
}

export interface CountedFacet {
  facet: FacetName;
  values: FacetValue[];
  isEstimate: boolean;
}

/** The most frequent values of each facet, `first` of them. */
export async function countFacets(
  db: Database,
  names: readonly FacetName[],
  filter: ModelFilterInput | null | undefined,
  first: number,
): Promise<CountedFacet[]> {
  const groups = await groupsOf(db, names, filter);
  const rows = await db.execute<FacetValue & { facet: FacetName }>(countsOf(groups, first));
  return names.map((facet) => {
    const { isEstimate } = groups.find(({ facets }) => facets.includes(facet))!;
    const values = rows
      .filter((row) => row.facet === facet)
      .map((row) => ({
        ...row,
        label: sourceOf(facet).names?.(row.value) ?? row.label,
        count: isEstimate ? ofSample(row.count) : row.count,
      }));
    return { facet, values, isEstimate };
  });
}

/** The filter without a facet's own condition; the same object where it has none. */
function filterFor(
  name: FacetName,
  filter: ModelFilterInput | null | undefined,
): ModelFilterInput | null | undefined {
  const own = sourceOf(name).leaves.filter((condition) => filter?.[condition] != null);
  if (own.length === 0) return filter;
  return { ...filter, ...Object.fromEntries(own.map((condition) => [condition, null])) };
}

/** Facets that are counted under the same condition, of one reading of its models. */
interface Group {
  facets: FacetName[];
  condition: SQL;
  /** Counted on a sample, as so many models are under the condition. */
  isEstimate: boolean;
}

async function groupsOf(
  db: Database,
  names: readonly FacetName[],
  filter: ModelFilterInput | null | undefined,
): Promise<Group[]> {
  const filters = names.map((name) => filterFor(name, filter));
  const different = [...new Set(filters)];
  const conditions = different.map((each) => modelConditions(models, each));
  const many = await areMany(db, conditions);
  return different.map((each, index) => ({
    facets: names.filter((_name, place) => filters[place] === each),
    condition: conditions[index]!,
    isEstimate: many[index]!,
  }));
}

/** Rows of facet, value, label and count. */
function countsOf(groups: Group[], first: number): SQL {
  const read = groups.map(({ facets, condition, isEstimate }, index) => {
    const columns = [...new Set(facets.flatMap((facet) => sourceOf(facet).reads))];
    return sql`${nameOf(index)} as materialized (select ${sql.join(columns, sql`, `)}
      from ${models} where ${condition}${isEstimate ? sql` and ${SAMPLED}` : sql``})`;
  });
  const counted = groups.flatMap(({ facets }, index) =>
    facets.map((facet) => countOf(facet, nameOf(index), first)),
  );
  return sql`with ${sql.join(read, sql`, `)}
    select * from (${sql.join(counted, sql` union all `)}) as facets order by count desc, value`;
}

const nameOf = (group: number) => sql.identifier(`group_${group}`);

function countOf(facet: FacetName, group: Name, first: number): SQL {
  const { value, label } = sourceOf(facet);
  return sql`(select ${facet}::text as facet, value, coalesce(${label ?? sql`null`}, value) as label, count
    from (select value, count(*)::int as count
      from (select ${value} as value from ${group} as models) as each
      where value is not null group by value order by count desc, value limit ${first}) as counted)`;
}
