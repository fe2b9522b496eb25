/**
 * One Postgres for the whole test run, and in it a template database that carries all migrations.
 * Test files clone the template (helpers/database.ts), so none sees another's rows. The server is
 * Plimsoll's own, in a temporary folder; TEST_DATABASE_URL names another server to use instead.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { silentLog } from "../../src/log.ts";
import { onServer, templateName, withDatabase } from "./database.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  try {
    await onServer(server.url, async (sql) => {
      await sql.unsafe(`drop database if exists ${templateName}`);
      await sql.unsafe(`create database ${templateName}`);
    });
    await migrateDatabase(withDatabase(server.url, templateName));
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return async () => {
    await onServer(server.url, (sql) => sql.unsafe(`drop database if exists ${templateName}`));
    await server.stop();
  };
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, stop: async () => {} };
  const home = await mkdtemp(join(tmpdir(), "plimsoll-tests-"));
  // Where root runs the tests, the server's account has to get in.
  await chmod(home, 0o755);
  const removeHome = () => rm(home, { recursive: true, force: true });
  try {
    const postgres = await startEmbeddedPostgres({ home, log: silentLog, durable: false });
    const stop = () => postgres.stop().finally(removeHome);
    return { url: postgres.url, stop };
  } catch (error) {
    await removeHome();
    throw error;
  }
}
