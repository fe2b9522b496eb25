/**
 * Databases as earlier releases left them: every migration in turn is the newest, rows of that time
 * are put in, and the present release brings the database up to date. Everything has to be there
 * still, and the tables have to be those of a new database.
 */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres, { type Sql } from "postgres";
import { startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { silentLog } from "../../src/log.ts";
import { type Home, makeHome } from "./homes.ts";
import { type Effort, type Row, row } from "./report.ts";

const root = resolve(import.meta.dirname, "../..");
const fixtures = join(root, "test/fixtures/upgrade");

/** Names of the migrations, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(join(root, "drizzle"), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/** Migrations that a release ended at: the first two were one release. */
export async function releases(): Promise<string[]> {
  return (await migrationNames()).slice(1);
}

/** Makes an empty database what it was when `newest` was the newest migration, rows included. */
export async function makeOldDatabase(url: string, newest: string): Promise<void> {
  const names = (await migrationNames()).filter((name) => name <= newest);
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-migrations-"));
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const name of names) {
      await cp(join(root, "drizzle", name), join(folder, name), { recursive: true });
    }
    await client`create extension if not exists pg_trgm`;
    await migrate(drizzle({ client }), { migrationsFolder: folder });
    for (const file of (await readdir(fixtures)).toSorted()) {
      if (file.replace(".sql", "") > newest) continue;
      await client.unsafe(await readFile(join(fixtures, file), "utf8"));
    }
  } finally {
    await client.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A stopped home whose database is one of the first release. */
export async function makeOldHome(): Promise<Home> {
  const home = await makeHome();
  const [first] = await releases();
  const server = await startEmbeddedPostgres({ home: home.path, log: silentLog });
  try {
    await makeOldDatabase(server.url, first!);
  } finally {
    await server.stop();
  }
  return home;
}

export interface Upgrade {
  /** Rows that were there before. */
  rows: number;
  /** Those that are gone or say something else. */
  lost: string[];
}

/** Upgrades an old database and looks for every row of before. */
export async function upgrade(url: string): Promise<Upgrade> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const before = await everyRow(client);
    await migrateDatabase(url);
    const lost: string[] = [];
    for (const { table, line } of before) {
      // New columns may have joined it; `fit` is computed from the others.
      const [found] = await client.unsafe(
        `select 1 from "${table}" t where to_jsonb(t) @> ($1::text)::jsonb - 'fit'`,
        [line],
      );
      if (!found) lost.push(`${table}: ${line}`);
    }
    return { rows: before.length, lost };
  } finally {
    await client.end();
  }
}

async function everyRow(client: Sql): Promise<{ table: string; line: string }[]> {
  const tables = await client<{ table: string }[]>`
    select table_name as table from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const rows = [];
  for (const { table } of tables) {
    const lines = await client.unsafe<{ line: string }[]>(
      `select to_jsonb(t)::text as line from "${table}" t`,
    );
    rows.push(...lines.map(({ line }) => ({ table, line })));
  }
  return rows;
}

/** Columns, defaults, indexes and constraints of a database, as sorted lines. */
export async function structureOf(url: string): Promise<string[]> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await client<{ line: string }[]>`
      select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default,
        generation_expression) as line
      from information_schema.columns where table_schema = 'public'
      union all select indexdef from pg_indexes where schemaname = 'public'
      union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
      order by 1`;
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}

/** Every earlier release in turn, on a server of its own. */
export async function tortureByUpgrades({ say }: Effort): Promise<Row[]> {
  const home = await makeHome();
  const server = await startEmbeddedPostgres({ home: home.path, log: silentLog, durable: false });
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const rows: Row[] = [];
    for (const newest of await releases()) {
      const name = `from_${newest.slice(0, 14)}`;
      await admin.unsafe(`create database ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      await makeOldDatabase(url.href, newest);
      const { rows: count, lost } = await upgrade(url.href);
      const note = lost[0] ?? `${count} rows kept`;
      rows.push(row(`upgrade from ${newest}`, 1, { lost: lost.length, note }));
      say(`upgrade from ${newest}: ${note}`);
    }
    return rows;
  } finally {
    await admin.end();
    await server.stop();
    await home.remove();
  }
}
