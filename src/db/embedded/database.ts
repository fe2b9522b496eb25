/**
 * The database inside the server: made on the first start, with the extension that text search
 * needs. Two starts may do this at once, so "it exists already" is success.
 */
import postgres from "postgres";

const existsAlready = new Set(["42P04", "42710", "23505"]);

export function databaseUrl(port: number, password: string, database = "plimsoll"): string {
  return `postgres://plimsoll:${password}@127.0.0.1:${port}/${database}`;
}

/** Connects, which also proves that the server is ours, and makes what is missing. */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  const addExtension = "create extension if not exists pg_trgm";
  try {
    await execute(databaseUrl(port, password), addExtension);
  } catch (error) {
    if ((error as { code?: string }).code !== "3D000") throw error;
    await execute(databaseUrl(port, password, "postgres"), "create database plimsoll");
    await execute(databaseUrl(port, password), addExtension);
  }
}

async function execute(url: string, statement: string): Promise<void> {
  // Its look-up of types before the first statement fails unhandled when the server goes meanwhile.
  const options = { max: 1, connect_timeout: 10, fetch_types: false, onnotice: () => {} };
  const sql = postgres(url, options);
  try {
    await sql.unsafe(statement);
  } catch (error) {
    if (!existsAlready.has((error as { code?: string }).code ?? "")) throw error;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
