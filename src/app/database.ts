/** The database of this run: the one that `DATABASE_URL` names, or the embedded one; migrated. */
import type { Config } from "../config.ts";
import { type Connection, connect } from "../db/client.ts";
import { startEmbeddedPostgres } from "../db/embedded/index.ts";
import { migrateDatabase } from "../db/migrate.ts";
import type { StatementObserver } from "../db/observe.ts";
import type { Log } from "../log.ts";

export interface OpenDatabase extends Connection {
  url: string;
  /** For people: what holds the data, without a password. */
  description: string;
}

/** Closing it closes the pool first and then lets go of the embedded server. */
export async function openDatabase(
  config: Config,
  log: Log,
  observe?: StatementObserver,
): Promise<OpenDatabase> {
  const pool = { maxConnections: config.databasePoolSize, ...(observe && { observe }) };
  if (config.databaseUrl !== null) {
    const { databaseUrl: url } = config;
    await migrateDatabase(url);
    const { host, pathname } = new URL(url);
    const connection = connect({ url, ...pool });
    return { ...connection, url, description: `${host}${pathname} (DATABASE_URL)` };
  }
  const server = await startEmbeddedPostgres({ home: config.home, log, supervised: true });
  try {
    await migrateDatabase(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const connection = connect({ url: server.url, ...pool });
  return {
    db: connection.db,
    url: server.url,
    description: `${server.dataFolder} (embedded Postgres on port ${server.port})`,
    async close() {
      await connection.close();
      await server.stop();
    },
  };
}
