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
const TELLING = 100;

/** In SQL, how many of the sample are under a condition; null in a catalog that is counted exactly. */
export const sampledUnder = (condition: SQL, countedExactly = COUNTED_EXACTLY): SQL =>
  sql`(select case when (select reltuples from pg_class where oid = 'models'::regclass) > ${countedExactly}
    then (select count(*) from ${models} where ${condition} and ${SAMPLED}) end)`;

/** Whether so many models are under `condition` that a sample says enough about them. */
export async function areMany(
  db: Database,
  condition: SQL,
  countedExactly = COUNTED_EXACTLY,
): Promise<boolean> {
  const [row] = await db.execute<{ many: boolean | null }>(
    sql`select ${sampledUnder(condition, countedExactly)} >= ${sql.raw(String(TELLING))} as many`,
  );
  return row?.many === true;
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

/** What a number of the sample stands for, with no more digits than are meant. */
export const ofSample = (count: number) => Number((count * SAMPLE).toPrecision(2));
