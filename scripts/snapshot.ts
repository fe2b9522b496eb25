/**
 * Writes the bundled snapshot anew from a folder of model configs, as the normaliser reads them now:
 *
 *   npm run snapshot:corpus -- <folder> [owner/name...]
 *
 * The folder is one that `scripts/hub-server.ts` serves. Models that it lacks stay as they are; those
 * that the snapshot lacks are taken in by name.
 */
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { connect } from "../src/db/client.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { createHttpClient } from "../src/ingest/http/client.ts";
import { runSource } from "../src/ingest/runner.ts";
import { snapshotSource } from "../src/ingest/sources/snapshot.ts";
import { parseSnapshot, SNAPSHOT_PATH } from "../src/ingest/sources/snapshot-file.ts";
import { writeSnapshot } from "../src/ingest/write-snapshot.ts";
import { silentLog as log } from "../src/log.ts";
import { reposFromCorpus, sourceAt, startHubServer } from "../test/helpers/hub-server/index.ts";

const [folder = "", ...added] = new Command("snapshot")
  .argument("<folder>", "folder of repositories")
  .argument("[models...]", "models to take in that the snapshot lacks")
  .parse().args;
const bundled = parseSnapshot(await readFile(SNAPSHOT_PATH, "utf8"));
const chosen = new Set([...bundled.map(({ id }) => id), ...added]);
const home = await mkdtemp(join(tmpdir(), "plimsoll-snapshot-"));
await chmod(home, 0o755);
const hub = await startHubServer({
  repos: reposFromCorpus(folder).filter(({ id }) => chosen.has(id)),
});
const server = await startEmbeddedPostgres({ home, log, durable: false });
try {
  await migrateDatabase(server.url);
  const { db, close } = connect({ url: server.url });
  const http = createHttpClient({ userAgent: "plimsoll-snapshot", log });
  const deps = { db, http, log, signal: new AbortController().signal };
  for (const source of [snapshotSource(), sourceAt(hub.url, { limitPerOrganization: 100_000 })]) {
    const { listed, failed, quarantined } = await runSource(source, deps);
    console.log(`${source.title}: ${listed} listed, ${failed} not read, ${quarantined} set aside`);
  }
  const { path, models, changed } = await writeSnapshot(db, { withoutRevisions: true });
  console.log(`${models} models ${changed ? "written to" : "unchanged in"} ${path}`);
  await close();
} finally {
  await hub.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
