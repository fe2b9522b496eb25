/** Whether ingestion has come to rest, seen in the database whether or not the API answers. */
import { connect } from "../../src/db/client.ts";

/** Sources that are read from the program's own files at its start. */
export const BUNDLED = ["snapshot", "editorial", "overrides"];

/** Whether these sources were read and no run of theirs is under way. */
export function allRead(url: string, ids: string[]): Promise<boolean> {
  return once(url, async (sql) => {
    const [found] = await sql<{ read: number; running: number }[]>`
      select (select count(*)::int from sources
          where id = any(${ids}) and last_success_at is not null) as read,
        (select count(*)::int from ingest_runs
          where source_id = any(${ids}) and status = 'RUNNING') as running`;
    return found!.read === ids.length && found!.running === 0;
  });
}

/** Whether the bundled data is in and a run of the Hub begun since `moment` found nothing to do. */
export function nothingLeft(url: string, moment: Date): Promise<boolean> {
  return once(url, async (sql) => {
    const [found] = await sql<{ idle: boolean }[]>`
      select exists (select from ingest_runs where source_id = 'hugging-face'
          and started_at > ${moment} and status = 'SUCCEEDED'
          and created + updated + failed = 0) as idle`;
    return found!.idle && (await allRead(url, BUNDLED));
  });
}

type Client = ReturnType<typeof connect>["db"]["$client"];

async function once<T>(url: string, work: (sql: Client) => Promise<T>): Promise<T> {
  const { db, close } = connect({ url, maxConnections: 1 });
  try {
    return await work(db.$client);
  } finally {
    await close();
  }
}
