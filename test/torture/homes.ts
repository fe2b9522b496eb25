/**
 * Homes for the torture: templates that are made once and copied for each round, and a look into the
 * database of a home whether or not a program runs on it.
 */
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { connect } from "../../src/db/client.ts";
import { readPassword } from "../../src/db/embedded/data-folder.ts";
import { databaseUrl } from "../../src/db/embedded/database.ts";
import { readPidFile } from "../../src/db/embedded/pid-file.ts";

export interface Home {
  path: string;
  /** Ends a server that is still up and removes the folder. */
  remove(): Promise<void>;
}

/** An empty home that every account may enter, or a copy of another. */
export async function makeHome(template?: Home): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "plimsoll-torture-"));
  await chmod(path, 0o755);
  if (template) execFileSync("cp", ["-a", `${template.path}/.`, path]);
  return {
    path,
    async remove() {
      killPostgres(path);
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Kills the server of a home, as a lack of memory would; false when none runs. */
export function killPostgres(home: string): boolean {
  const lock = readPidFile(join(home, "postgres"));
  if (!lock?.alive) return false;
  process.kill(lock.pid, "SIGKILL");
  return true;
}

/** Address of the running database of a home. */
export function urlOf(home: string): string {
  const folder = join(home, "postgres");
  const lock = readPidFile(folder);
  if (!lock?.alive) throw new Error(`No server runs on ${home}.`);
  return databaseUrl(lock.port, readPassword(folder));
}

/** What must be the same however often the work was interrupted: no times, no order, no outages. */
export type Contents = Record<string, string[]>;

const PARTS: Record<string, string> = {
  models: "select to_jsonb(m) - 'created_at' - 'updated_at' from models m",
  records: "select to_jsonb(r) - 'fetched_at' from source_records r",
  artifacts: "select to_jsonb(a) from artifacts a",
  setAside: "select jsonb_build_array(external_id, code, reason) from quarantine",
  events:
    "select jsonb_build_array(kind, model_slug, source_id, message, changes) from catalog_events where kind not like 'SOURCE%'",
};

/** The catalog and its events, as sorted texts. Throws when the log's numbers have a gap. */
export async function contentsOf(url: string): Promise<Contents> {
  const { db, close } = connect({ url, maxConnections: 1 });
  try {
    const contents: Contents = {};
    for (const [name, query] of Object.entries(PARTS)) {
      const rows = await db.execute<{ line: string }>(
        sql.raw(`select line::text from (${query}) as t(line) order by line::text collate "C"`),
      );
      contents[name] = rows.map(({ line }) => line);
    }
    const [log] = await db.execute<{ count: number; last: number }>(
      sql`select count(*)::int, coalesce(max(number), 0)::int as last from catalog_events`,
    );
    if (log!.count !== log!.last) throw new Error(`${log!.count} events up to number ${log!.last}`);
    return contents;
  } finally {
    await close();
  }
}

/** How many lines of `expected` are missing, and how many are there too often or unasked. */
export function compareContents(
  expected: Contents,
  found: Contents,
): { lost: number; doubled: number; example: string } {
  let [lost, doubled, example] = [0, 0, ""];
  for (const [part, lines] of Object.entries(expected)) {
    const balance = new Map<string, number>();
    for (const line of lines) balance.set(line, (balance.get(line) ?? 0) + 1);
    for (const line of found[part] ?? []) balance.set(line, (balance.get(line) ?? 0) - 1);
    for (const [line, count] of balance) {
      if (count === 0) continue;
      if (count > 0) lost += count;
      else doubled -= count;
      example ||= `${part}: ${count > 0 ? "lost" : "unexpected"} ${line.slice(0, 300)}`;
    }
  }
  return { lost, doubled, example };
}
