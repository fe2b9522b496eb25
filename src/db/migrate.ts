/**
 * Brings a database to the current tables. Drizzle's migrator takes no lock, so two processes that
 * start at once would race: an advisory lock on a connection of its own lets one do the work while
 * the other waits and then finds nothing to do.
 */
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { messageOf, PlimsollError } from "../errors.ts";

/** Any constant will do; this one spells "plim". */
const MIGRATION_LOCK = 0x706c696d;
const MINIMUM_SERVER_VERSION = 140_000;
const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/**
 * Applies all pending migrations.
 * @throws PlimsollError `DATABASE_UNAVAILABLE` when the server cannot be reached or is older than 14.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const [version] = await client`select current_setting('server_version_num')::int as number`;
    if (version?.number < MINIMUM_SERVER_VERSION) {
      const message = `Plimsoll needs Postgres 14 or newer; this server is ${version?.number}.`;
      throw new PlimsollError("DATABASE_UNAVAILABLE", message);
    }
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await client`create extension if not exists pg_trgm`;
    await migrate(drizzle({ client }), { migrationsFolder });
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError(
      "DATABASE_UNAVAILABLE",
      `The database cannot be reached or migrated: ${messageOf(error)}`,
      {
        retryable: true,
        cause: error,
      },
    );
  } finally {
    await client.end({ timeout: 5 });
  }
}
