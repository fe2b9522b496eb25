/**
 * Kills the processes that serve and write the catalog in turn, while changes come in and subscribers
 * leave and come back, and compares what each subscriber saw with the log:
 *
 *   npm run build && npx tsx scripts/feed-under-fire.ts --models 1000 --subscribers 10 --seed 1
 */
import { isDeepStrictEqual } from "node:util";
import { Command } from "commander";
import { feedUnderFire } from "../test/helpers/feed-under-fire.ts";

const given = new Command("feed-under-fire")
  .option("--models <count>", "models of the simulated Hub", "1000")
  .option("--subscribers <count>", "who comes and goes", "10")
  .option("--seed <number>", "seed of the moments", "1")
  .parse()
  .opts<Record<"models" | "subscribers" | "seed", string>>();

const { log, seen, kills } = await feedUnderFire({
  models: Number(given.models),
  subscribers: Number(given.subscribers),
  seed: Number(given.seed),
  patienceMs: 1_800_000,
});
const exact = seen.filter((numbers) => isDeepStrictEqual(numbers, log)).length;
console.log(`killed: ${kills.join(", ")}`);
console.log(`${log.length} events; ${exact} of ${seen.length} subscribers saw exactly the log`);
process.exitCode = exact === seen.length ? 0 : 1;
