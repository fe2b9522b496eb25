/**
 * `plimsoll migrate`: brings the database and the queue to this release and ends. For installations
 * where the API and the workers run as a role that may not change tables.
 */
import type { Config } from "../config.ts";
import { migrateDatabase } from "../db/migrate.ts";
import { migrateQueue } from "../ingest/queue-postgres.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "./database.ts";

export async function migrateCommand(config: Config): Promise<void> {
  const applied = config.databaseUrl ? await migrateDatabase(config.databaseUrl) : [];
  const database = await openDatabase(config, createLog(config.logLevel));
  try {
    await migrateQueue(database.url);
    const what = applied.length > 0 ? `${applied.length} migrations applied` : "already current";
    console.log(`${database.description}: ${what}.`);
  } finally {
    await database.close();
  }
}
