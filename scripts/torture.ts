/**
 * `npm run torture`: everything that is done to the program to break it, at full length, and a table of
 * how it went. CI runs the same parts for a few minutes (test/torture).
 */
import { Command } from "commander";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { silentLog as log } from "../src/log.ts";
import { MOST_GROWTH_MB, MOST_MB, tortureByAttacks } from "../test/torture/attacks/run.ts";
import { tortureByDisks } from "../test/torture/disks/run.ts";
import { tortureByFuzzing } from "../test/torture/fuzz/run.ts";
import { heapVariables } from "../test/torture/heap.ts";
import { makeHome } from "../test/torture/homes.ts";
import { tortureByKills } from "../test/torture/kills.ts";
import { tortureByLoad } from "../test/torture/load.ts";
import { tortureByOutages } from "../test/torture/outages/run.ts";
import { type Effort, type Row, row, table } from "../test/torture/report.ts";
import { fillCatalog, type Served, serveDatabase } from "../test/torture/served.ts";
import { tortureByUpgrades } from "../test/torture/upgrade.ts";

const MODELS = 300;
const SUBSCRIBERS = 1_000;
const QUESTIONS = 10_000;
const ATTACK_ROUNDS = 3;

const PARTS = ["upgrades", "attacks", "fuzzing", "outages", "disks", "kills", "load"] as const;

const options = new Command("torture")
  .description("Tries to break the program, and prints a table of how it went.")
  .option(
    "--only <parts>",
    `parts to run, separated by commas: ${PARTS.join(", ")}`,
    PARTS.join(","),
  )
  .option("--rounds <count>", "rounds of each kind of kill", "100")
  .option("--minutes <minutes>", "minutes of load", "60")
  .option("--questions <count>", "random questions", String(QUESTIONS))
  .option("--outage <seconds>", "length of each outage", "60")
  .option("--seed <number>", "draws the same moments and questions again", "1")
  .parse()
  .opts<Record<"only" | "rounds" | "minutes" | "questions" | "outage" | "seed", string>>();

const chosen = options.only.split(",").map((part) => part.trim());
const unknown = chosen.filter((part) => !PARTS.some((known) => known === part));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join(", ")}"; there is ${PARTS.join(", ")}.`);
  process.exit(1);
}
const effort: Effort = {
  rounds: Number(options.rounds),
  minutes: Number(options.minutes),
  seed: Number(options.seed),
  say: (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`),
};

/** Runs a part against an API of its own over a fresh database. */
async function withServed(
  work: (served: Served, databaseUrl: string, folder: string) => Promise<Row[]>,
): Promise<Row[]> {
  const home = await makeHome();
  const server = await startEmbeddedPostgres({ home: home.path, log });
  try {
    await migrateDatabase(server.url);
    await fillCatalog(server.url, MODELS);
    const served = await serveDatabase(server.url, heapVariables(home.path));
    try {
      return await work(served, server.url, home.path);
    } finally {
      await served.stop();
    }
  } finally {
    await server.stop();
    await home.remove();
  }
}

async function attacks(): Promise<Row[]> {
  return withServed(async (served) => {
    const report = await tortureByAttacks(served, { ...effort, rounds: ATTACK_ROUNDS });
    const { alone, attacked } = report.p99Ms;
    const { first, last, most } = report.memoryMb;
    const isBounded = last - first <= MOST_GROWTH_MB && most <= MOST_MB;
    const held = attacked <= 3 * alone && isBounded;
    const figures = `p99 ${alone.toFixed(0)} → ${attacked.toFixed(0)} ms, memory ${first} → ${last} MB, at most ${most} MB`;
    const honest = row("attacks: an honest client meanwhile", ATTACK_ROUNDS, {
      verdict: held ? "held" : "BROKEN",
      note: figures,
    });
    return [...report.rows, honest];
  });
}

async function fuzzing(): Promise<Row[]> {
  return withServed((served, databaseUrl) =>
    tortureByFuzzing(
      { url: served.url, databaseUrl, models: MODELS },
      Number(options.questions),
      effort,
    ),
  );
}

async function load(): Promise<Row[]> {
  return withServed(async (served, databaseUrl, heapFolder) => {
    const { minutes } = effort;
    const about = { served, databaseUrl, subscribers: SUBSCRIBERS, minutes, models: MODELS };
    return [await tortureByLoad({ ...about, heapFolder }, effort)];
  });
}

const run: Record<(typeof PARTS)[number], () => Promise<Row[]>> = {
  upgrades: () => tortureByUpgrades(effort),
  attacks,
  fuzzing,
  disks: () => tortureByDisks(Number(options.outage), effort),
  outages: () => tortureByOutages(Number(options.outage), effort),
  kills: () => tortureByKills(effort),
  load,
};

const rows: Row[] = [];
// It takes hours: what was done until somebody stops it is not lost.
process.once("SIGINT", () => {
  console.log(table(rows));
  process.exit(130);
});
for (const part of PARTS.filter((part) => chosen.includes(part))) {
  effort.say(`${part} …`);
  rows.push(
    ...(await run[part]().catch((error: Error) => [
      row(part, 0, { verdict: "BROKEN", note: error.stack ?? error.message }),
    ])),
  );
}
console.log(table(rows));
process.exit(rows.some(({ verdict }) => verdict === "BROKEN") ? 1 : 0);
