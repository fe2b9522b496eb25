/**
 * A database of its own for each test file, cloned from the migrated template in about a tenth of a
 * second. Nothing is shared between files, so they run in parallel and in any order.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** The server of this test run, set by helpers/global-setup.ts. */
    postgresUrl: string;
  }
}

export const templateName = "plimsoll_template";

export interface TestDatabase {
  url: string;
  /** Removes the database; connections that are still open are ended. */
  drop(): Promise<void>;
}

/** Clones the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  const name = `plimsoll_test_${randomBytes(8).toString("hex")}`;
  await onServer(server, async (sql) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sql.unsafe(`create database ${name} template ${templateName}`);
      } catch (error) {
        // 55006: somebody, often an autovacuum worker, is connected to the template.
        if ((error as { code?: string }).code !== "55006" || attempt === 10) throw error;
        await sleep(100);
      }
    }
  });
  return {
    url: withDatabase(server, name),
    async drop() {
      await onServer(server, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Gives the test file a database for as long as its tests run; read `url` inside the tests. */
export function useTestDatabase(): { readonly url: string } {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database?.drop();
  });
  return {
    get url() {
      if (database === undefined) throw new Error("The test database exists only while tests run.");
      return database.url;
    },
  };
}

/** Runs statements on a server through one short-lived connection. */
export async function onServer<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
