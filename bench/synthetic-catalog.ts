/**
 * A catalog of any size, for benches and tests of scale: the models that a database already has,
 * varied by a seed, inside Postgres. Sizes, names, owners, families, days and downloads differ; what
 * hangs together stays so (a family has one owner, downloads are few but for some, memory follows
 * parameters). The same count and seed give the same models.
 */
import { count as countOf, getColumns, getTableName, sql } from "drizzle-orm";
import type { Database, Transaction } from "../src/db/client.ts";
import { models } from "../src/db/tables.ts";

/** Models of one synthetic family. */
const FAMILY = 6;
/** Sizes that a base model is scaled to, so that a family has small and large ones. */
const SCALES = [0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 4];
const WORDS =
  "amber basalt cobalt dune ember fjord granite harbor indigo juniper krill lagoon marble nectar onyx pebble quartz russet sable tundra umber velvet willow xenon yarrow zephyr".split(
    " ",
  );

/** The models to vary: all but those that were made here. */
const BASES = sql.raw(`select * from models where memory_profile is not null
  and total_parameters is not null and slug !~ '-(${WORDS.join("|")})-[0-9]+$'`);

/**
 * Adds models until `count` are listed; the database must already have some to vary. For more than some
 * ten thousand the connection needs a statement timeout of hours, as it is given up for dead after that.
 */
export async function fillCatalog(db: Database, count: number, seed = 1): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = 0`);
    const [{ have, bases } = { have: 0, bases: 0 }] = await tx
      .select({ have: countOf(), bases: countOf(models.memoryProfile) })
      .from(models);
    if (bases === 0) throw new Error("There is no model with a memory profile to vary.");
    const more = count - have;
    if (more <= 0) return;
    await makeBases(tx);
    await makeRows(tx, more, have, seed);
    await addOwners(tx);
    const indexes = await dropIndexes(tx);
    await addModels(tx);
    for (const definition of indexes) await tx.execute(sql.raw(definition));
  });
  await settle(db);
}

/** Every model to vary, at every scale. */
async function makeBases(tx: Transaction): Promise<void> {
  const scaled = sql.raw(
    ["bytes", "deviceBytes", "hostBytes", "cpuBytes", "mtpBytes", "activeBytes"]
      .map((name) => `'${name}', floor((value->>'${name}')::float8 * scale)::int8`)
      .join(", "),
  );
  const scales = sql.join(
    SCALES.map((scale) => sql.raw(`(${scale}::float8)`)),
    sql`, `,
  );
  await tx.execute(sql`create temp table synthetic_bases on commit drop as
    select row_number() over (order by slug, scale) - 1 as position, models.*, scale,
      jsonb_set(jsonb_set(memory_profile, '{weights}', (
        select jsonb_object_agg(key, value - 'imatrix' || jsonb_strip_nulls(jsonb_build_object(${scaled})))
        from jsonb_each(memory_profile->'weights'))),
        '{parameters,total}', to_jsonb(floor(total_parameters * scale)::int8)) as scaled_profile
    from (${BASES}) as models, (values ${scales}) as scales(scale)`);
}

/** Who the new models are: a base, an owner, a family and a name each. */
async function makeRows(tx: Transaction, more: number, from: number, seed: number): Promise<void> {
  await tx.execute(sql`create or replace function pg_temp.chance(at int8, salt int8) returns float8
    language sql immutable as $$ select (hashint8extended(at, salt * 1000003 + ${sql.raw(String(Math.trunc(seed)))}) & 1073741823) / 1073741824.0 $$`);
  const words = sql.raw(`array['${WORDS.join("','")}']`);
  await tx.execute(sql`create temp table synthetic_rows on commit drop as
    with families as (
      select f, base.slug as base_slug, base.name as base_name, base.family_slug,
        case when pg_temp.chance(f, 2) < 0.3 then base.organization_slug
          else 'lab-' || floor(pg_temp.chance(f, 3) * ${from + more} / 500)::int end as owner,
        (${words})[1 + floor(pg_temp.chance(f, 4) * ${WORDS.length})::int] as word
      from generate_series(${from}::int8 / ${FAMILY}, ${from + more}::int8 / ${FAMILY}) as f
      join (select row_number() over (order by slug) - 1 as position, count(*) over () as all_bases, *
        from (${BASES}) as models) as base
        on base.position = floor(pg_temp.chance(f, 1) * base.all_bases))
    select i, f, base_slug, owner, scale,
      coalesce(family_slug, base_slug) || '-' || word || '-' || f as family,
      initcap(word) || ' ' || base_name as family_name,
      base_slug || '-' || word || '-' || i as slug,
      base_name || ' ' || initcap(word) || ' ' || i as name,
      owner || '/' || base_slug || '-' || word || '-' || i as repository
    from generate_series(${from}::int8, ${from + more - 1}::int8) as i
    cross join lateral (select (array[${sql.raw(SCALES.join(", "))}]::float8[])[1 + floor(pg_temp.chance(i, 5) * ${SCALES.length})::int] as scale) as size
    join families on f = i / ${FAMILY}`);
}

async function addOwners(tx: Transaction): Promise<void> {
  await tx.execute(sql`insert into organizations (slug, name)
    select distinct owner, initcap(replace(owner, '-', ' ')) from synthetic_rows on conflict do nothing`);
  await tx.execute(sql`insert into families (slug, name, organization_slug)
    select distinct on (family) family, family_name, owner from synthetic_rows on conflict do nothing`);
}

/** What differs from the base; every other column is carried over. */
const VARIED: Partial<Record<string, string>> = {
  slug: "row.slug",
  hugging_face_id: "row.repository",
  name: "row.name",
  organization_slug: "row.owner",
  family_slug: "row.family",
  base_model: "case when pg_temp.chance(i, 6) < 0.3 then base.hugging_face_id end",
  total_parameters: "floor(base.total_parameters * base.scale)::int8",
  active_parameters: "floor(base.active_parameters * base.scale)::int8",
  memory_profile: "base.scaled_profile || '{}'",
  released_on: "date '2023-01-01' + floor(pg_temp.chance(i, 7) * 1300)::int",
  created_at: "now()",
  downloads: "floor(1e7 * power(pg_temp.chance(i, 8), 9))::int8",
  likes: "floor(1e4 * power(pg_temp.chance(i, 9), 9))::int8",
  search_text: "lower(row.name || ' ' || row.repository || ' ' || row.family_name)",
};

async function addModels(tx: Transaction): Promise<void> {
  const columns = Object.values(getColumns(models)).filter((column) => !column.generated);
  const names = columns.map((column) => `"${column.name}"`).join(", ");
  const values = columns.map(({ name }) => VARIED[name] ?? `base."${name}"`).join(", ");
  await tx.execute(sql`create index on synthetic_bases (slug, scale)`);
  await tx.execute(sql`analyze synthetic_bases, synthetic_rows`);
  await tx.execute(
    sql.raw(`insert into models (${names}) select ${values} from synthetic_rows as row
      join synthetic_bases as base on base.slug = row.base_slug and base.scale = row.scale`),
  );
}

/** Millions of rows come in faster without indexes; gives back what makes them again. */
async function dropIndexes(tx: Transaction): Promise<string[]> {
  const indexes = await tx.execute<{ name: string; definition: string }>(sql`
    select indexname as name, indexdef as definition from pg_indexes
    where tablename = ${getTableName(models)} and indexname not in (select conname from pg_constraint)`);
  for (const { name } of indexes) await tx.execute(sql`drop index ${sql.identifier(name)}`);
  return indexes.map(({ definition }) => definition);
}

/** So that the planner knows the new rows, and index-only scans need not look at them. */
async function settle(db: Database): Promise<void> {
  await db.execute(sql`vacuum analyze models, families, organizations`);
}
