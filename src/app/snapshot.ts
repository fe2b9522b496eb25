/** `plimsoll snapshot`: the catalog of this machine becomes the bundled snapshot. */
import type { Config } from "../config.ts";
import { writeSnapshot } from "../ingest/write-snapshot.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "./database.ts";

export interface SnapshotCommandOptions {
  withoutRevisions?: boolean;
}

export async function snapshotCommand(
  config: Config,
  { withoutRevisions = false }: SnapshotCommandOptions,
): Promise<void> {
  const database = await openDatabase(config, createLog(config.logLevel));
  try {
    const { path, models, changed } = await writeSnapshot(database.db, { withoutRevisions });
    console.log(`${models} models ${changed ? "written to" : "unchanged in"} ${path}`);
  } finally {
    await database.close();
  }
}
