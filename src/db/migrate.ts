/**
 * Brings a database to the current tables. Drizzle's migrator takes no lock, so two processes that
 * start at once would race: an advisory lock on a connection of its own lets one do the work while
 * the other waits and then finds nothing to do. A database that is current costs one query, needs no
 * lock and no right to change tables.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { messageOf, PlimsollError } from "../errors.ts";
import { projectFile } from "../project-files.ts";
import { isUnreachable } from "./failures.ts";

/** Any constant will do; this one spells "plim". */
const MIGRATION_LOCK = 0x706c696d;
const MINIMUM_SERVER_VERSION = 140_000;
const migrationsFolder = fileURLToPath(projectFile("drizzle"));

/**
 * Applies all pending migrations.
 * @returns the names of those that were pending.
 * @throws PlimsollError `DATABASE_UNAVAILABLE` when the server cannot be reached or is older than 14.
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  const client = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const pending = await pendingMigrations(client);
    if (pending.length > 0) await migrateLocked(client);
    return pending;
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError(
      "DATABASE_UNAVAILABLE",
      `The database cannot be reached or migrated: ${messageOf(error)}`,
      {
        retryable: isUnreachable(error),
        cause: error,
      },
    );
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Names of the migrations of this release that the database lacks, oldest first. */
export async function pendingMigrations(client: Sql): Promise<string[]> {
  const [server] = await client`
    select current_setting('server_version_num')::int as number,
      to_regclass('drizzle.__drizzle_migrations') is not null as migrated`;
  if (server?.number < MINIMUM_SERVER_VERSION) {
    const message = `Plimsoll needs Postgres 14 or newer; this server is ${server?.number}.`;
    throw new PlimsollError("DATABASE_UNAVAILABLE", message);
  }
  const applied = server?.migrated
    ? await client<{ name: string }[]>`select name from drizzle.__drizzle_migrations`
    : [];
  const names = new Set(applied.map(({ name }) => name));
  const shipped = shippedMigrations();
  refuseNewer(
    [...names].filter((name) => !shipped.includes(name)),
    shipped.at(-1),
  );
  return shipped.filter((name) => !names.has(name));
}

/** An older release would read and write tables that it does not know. */
function refuseNewer(unknown: string[], newest = "none"): void {
  if (unknown.length === 0) return;
  const message = `The database was made by a newer release of Plimsoll: it has ${unknown.join(", ")}, and this release ends at ${newest}. Nothing in it was touched. Install that release or a later one, or restore a back-up from before the upgrade.`;
  throw new PlimsollError("DATABASE_UNAVAILABLE", message);
}

function shippedMigrations(): string[] {
  const isMigration = (name: string) => existsSync(join(migrationsFolder, name, "migration.sql"));
  return readdirSync(migrationsFolder).filter(isMigration).toSorted();
}

/** Drizzle's migrator is loaded here, because most starts do not need it. */
async function migrateLocked(client: Sql): Promise<void> {
  const [{ drizzle }, { migrate }] = await Promise.all([
    import("drizzle-orm/postgres-js"),
    import("drizzle-orm/postgres-js/migrator"),
  ]);
  await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
  await client`create extension if not exists pg_trgm`;
  await migrate(drizzle({ client }), { migrationsFolder });
}
