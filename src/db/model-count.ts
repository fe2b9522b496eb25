/**
 * How many models a condition leaves. Counting looks at every model, so in a large catalog a sample is
 * counted first; where that promises many, it decides, and the answer says that it is an estimate.
 */
import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { models, SAMPLE, SAMPLED } from "./tables.ts";

export interface Count {
  value: number;
  /** True when it was counted on a sample; it is then within some percent. */
  isEstimate: boolean;
}

/** Catalogs up to this size are counted exactly, whatever is asked. */
export const COUNTED_EXACTLY = 50_000;
/** As many of a sample that their number says how many there are, within 20% and mostly 10%. */
export const TELLING = 100;

/** In SQL, how many of the sample are under a condition; null in a catalog that is counted exactly. */
export const sampledUnder = (condition: SQL, countedExactly = COUNTED_EXACTLY): SQL =>
  sql`(select case when (select reltuples from pg_class where oid = 'models'::regclass) > ${countedExactly}
    then (select count(*) from ${models} where ${condition} and ${SAMPLED}) end)`;

/** For each condition, whether so many models are under it that a sample says enough about them. */
export async function areMany(
  db: Database,
  conditions: readonly SQL[],
  countedExactly = COUNTED_EXACTLY,
): Promise<boolean[]> {
  const telling = sql.raw(String(TELLING));
  const each = conditions.map(
    (condition) => sql`coalesce(${sampledUnder(condition, countedExactly)} >= ${telling}, false)`,
  );
  const [row] = await db.execute<{ many: boolean[] }>(
    sql`select array[${sql.join(each, sql`, `)}]::bool[] as many`,
  );
  return row!.many;
}

/**
 * In SQL, how many listed models are under a condition of a row that has few or many of them, such as
 * an organization. Up to the bound it is exact. What is above it is of the sample, whatever that says,
 * so that the number alone tells which it is: see `countOf`.
 */
export function countUnder(condition: SQL, countedExactly = COUNTED_EXACTLY): SQL<number> {
  const bound = sql.raw(String(countedExactly));
  return sql<number>`(select case when number <= ${bound} then number
      else greatest(${bound} + 1, ${sql.raw(String(SAMPLE))} * (select count(*) from ${models} where ${condition} and ${SAMPLED})) end::int
    from (select count(*) as number from (select from ${models} where ${condition} limit ${bound} + 1) as few) as counted)`;
}

/** What such a number says. */
export function countOf(number: number, countedExactly = COUNTED_EXACTLY): Count {
  const isEstimate = number > countedExactly;
  return { value: isEstimate ? roughly(number) : number, isEstimate };
}

/** The number of models under `condition`, which must be of listed ones. */
export async function countModels(
  db: Database,
  condition: SQL,
  countedExactly = COUNTED_EXACTLY,
): Promise<Count> {
  const [row] = await db.execute<{ sampled: string | null; counted: string | null }>(sql`
    select sampled, case when sampled >= ${sql.raw(String(TELLING))} then null
      else (select count(*) from ${models} where ${condition}) end as counted
    from (select ${sampledUnder(condition, countedExactly)} as sampled offset 0) as sample`);
  const { sampled, counted } = row!;
  if (counted !== null) return { value: Number(counted), isEstimate: false };
  return { value: ofSample(Number(sampled)), isEstimate: true };
}

/** What a number of the sample stands for. */
export const ofSample = (count: number) => roughly(count * SAMPLE);

/** An estimate with no more digits than are meant. */
export const roughly = (count: number) => Number(count.toPrecision(2));
