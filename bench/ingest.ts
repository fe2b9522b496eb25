/**
 * How fast models come in, beside what Postgres alone could do. A simulated Hub is read for the first
 * time, again with nothing changed, with 1% changed, and after the watermark was lost; then the very
 * same rows are written bare, in multi-row upserts into the same tables.
 *
 *   npx tsx bench/ingest.ts [--models 2000] [--quota 5000] [--window 300] [--queue]
 *
 * With a quota the Hub allows so many requests of each kind per window of so many seconds. With
 * `--queue` every page and model is a job; without it they are read in the calling process.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { connect } from "../src/db/client.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { sourceProgress } from "../src/db/tables.ts";
import { silentLog } from "../src/log.ts";
import { simulatedOrganizations, startSimulatedHub } from "../test/helpers/simulated-hub/index.ts";
import { bareUpserts } from "./ingest/bare.ts";
import { makeReader } from "./ingest/reader.ts";
import { Scenarios } from "./ingest/scenarios.ts";

interface Options {
  models: string;
  quota?: string;
  window: string;
  latency: string;
  queue?: boolean;
}

const options = new Command("ingest")
  .option("--models <count>", "models of the simulated Hub", "2000")
  .option("--quota <requests>", "requests of each kind per window; without it, unlimited")
  .option("--window <seconds>", "length of a window", "300")
  .option("--latency <ms>", "pause before every answer of the Hub", "0")
  .option("--queue", "through the job queue, as the worker does")
  .parse()
  .opts<Options>();

const count = Number(options.models);
const quota = Number(options.quota ?? 0);
const rateLimit =
  quota > 0 ? { api: quota, resolvers: quota, windowSeconds: Number(options.window) } : undefined;
const home = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
await chmod(home, 0o755);
const server = await startEmbeddedPostgres({ home, log: silentLog });
const hub = await startSimulatedHub({ count, rateLimit, latencyMs: Number(options.latency) });
try {
  await migrateDatabase(server.url);
  const { db, close } = connect({ url: server.url });
  const settings = { db, databaseUrl: server.url, organizations: simulatedOrganizations() };
  const reader = await makeReader({
    ...settings,
    endpoint: hub.url,
    queued: options.queue ?? false,
  });
  const scenarios = new Scenarios(db, hub, reader.run);
  const first = await scenarios.measure("first sync");
  await scenarios.measure("nothing changed");
  await hub.change(0.01, "card");
  await scenarios.measure("1% with a new card");
  await hub.change(0.01, "config");
  await scenarios.measure("1% with a new config");
  await db.delete(sourceProgress);
  await scenarios.measure("watermark lost");
  await reader.close();
  console.log(scenarios.table());
  const rate = count / first.seconds;
  console.log(`\nfirst sync ${rate.toFixed(0)} models/s`);
  if (rateLimit === undefined) {
    const bare = await bareUpserts(db);
    console.log(
      `the same rows bare ${bare.toFixed(0)} models/s, ratio ${(rate / bare).toFixed(2)}`,
    );
  }
  await close();
} finally {
  await hub.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
