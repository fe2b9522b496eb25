/**
 * Kills the worker of run after run at a random moment and compares how each run ends with one that
 * was left alone:
 *
 *   npx tsx scripts/kill-workers.ts --runs 50
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Command } from "commander";
import postgres from "postgres";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { silentLog as log } from "../src/log.ts";
import { startSimulatedHub } from "../test/helpers/simulated-hub/index.ts";
import { type CatalogState, runKilled } from "../test/helpers/simulated-hub/kills.ts";
import { generator } from "../test/helpers/simulated-hub/repositories.ts";

const { runs, models, seed } = new Command("kill-workers")
  .option("--runs <count>", "runs to disturb", "50")
  .option("--models <count>", "models of the simulated Hub", "100")
  .option("--seed <number>", "seed of the moments", "1")
  .parse()
  .opts<Record<"runs" | "models" | "seed", string>>();

const organizations = 5;
const random = generator(Number(seed));
const home = await mkdtemp(join(tmpdir(), "plimsoll-kills-"));
await chmod(home, 0o755);
const server = await startEmbeddedPostgres({ home, log, durable: false });
const hub = await startSimulatedHub({ count: Number(models), organizations, latencyMs: 10 });
const admin = postgres(server.url, { max: 1, onnotice: () => {} });

async function run(name: string, killAfterMs: number | null): Promise<[CatalogState, number]> {
  await admin.unsafe(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  const started = performance.now();
  const start = { databaseUrl: url.href, redisUrl: null, endpoint: hub.url, organizations };
  const state = await runKilled({ ...start, killAfterMs });
  await admin.unsafe(`drop database ${name} with (force)`);
  return [state, performance.now() - started];
}

let different = 0;
try {
  const [undisturbed, ms] = await run("undisturbed", null);
  console.log(`undisturbed: ${undisturbed.models?.length} models in ${Math.round(ms)} ms`);
  for (let number = 1; number <= Number(runs); number++) {
    const killAfterMs = Math.floor(random() * ms);
    const [state] = await run(`run_${number}`, killAfterMs);
    const parts = Object.keys(undisturbed).filter(
      (part) => !isDeepStrictEqual(state[part], undisturbed[part]),
    );
    if (parts.length > 0) different++;
    console.log(`run ${number}, killed after ${killAfterMs} ms: ${parts.join(", ") || "the same"}`);
  }
} finally {
  await admin.end();
  await hub.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
console.log(`${different} of ${runs} ended differently`);
process.exitCode = different > 0 ? 1 : 0;
