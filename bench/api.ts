/**
 * `npm run bench`: the API beside other servers over the same database, in one run. It starts
 * everything itself, asks the same four questions of all, prints medians and ratios, compares them with
 * `bench/baseline.json` and draws `bench/report.html`. Only ratios mean anything on another machine.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { program } from "commander";
import { agree, agreeOnAny } from "./api/agree.ts";
import { type Contender, type ContenderPlan, start } from "./api/contender.ts";
import { openBenchDatabase } from "./api/database.ts";
import { loadProcess, type Mode, measure, type Plan } from "./api/measure.ts";
import { reportPage } from "./api/page.ts";
import { QUESTIONS, type QuestionName } from "./api/questions.ts";
import { ratiosOf, ratioTable, table } from "./api/report.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ALL = Object.keys(QUESTIONS) as QuestionName[];

const options = program
  .name("npm run bench --")
  .description("Measures the API beside other servers over the same database.")
  .option("--models <count>", "models in the catalog", Number, 10_000)
  .option("--rounds <count>", "rounds that are counted", Number, 5)
  .option("--seconds <seconds>", "seconds of load for each server in a round", Number, 2)
  .option("--connections <count>", "connections at the same time", Number, 32)
  .option("--questions <names>", `of ${ALL.join(", ")}`, ALL.join(","))
  .option(
    "--node <path>",
    "another Node for the servers; PostGraphile wants 22 or newer",
    process.execPath,
  )
  .option("--save", "make this run the baseline")
  .parse()
  .opts();

const questions = ALL.filter((name) => options.questions.split(",").includes(name));
const nodeMajor = Number(
  spawnSync(options.node, ["-p", "process.versions.node"]).stdout.toString().split(".")[0],
);

function plans(): ContenderPlan[] {
  const peer = (name: string, more: Partial<ContenderPlan> = {}): ContenderPlan => ({
    name,
    args: [here(`./peers/${name}.js`)],
    path: "/graphql",
    questions: ALL,
    ...more,
  });
  const servers: ContenderPlan[] = [
    {
      name: "plimsoll",
      args: [here("../dist/main.js"), "serve"],
      path: "/graphql",
      questions: ALL,
    },
    peer("static"),
    peer("raw"),
    peer("mercurius", { answersAny: true }),
    peer("tailored", { args: [here("./peers/mercurius.js"), "./tailored.js"] }),
    peer("yoga", { answersAny: true }),
  ];
  if (nodeMajor < 22) return servers;
  return [...servers, peer("postgraphile", { speaksPostgraphile: true })];
}

function install(): void {
  const npm = spawnSync("npm", ["ci", "--no-fund", "--no-audit"], {
    cwd: here("./peers"),
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, PATH: `${options.node.replace(/\/[^/]*$/, "")}:${process.env.PATH}` },
  });
  if (npm.status !== 0) throw new Error("The other servers could not be installed.");
}

/** All but the first core for the load, for Postgres and for this; the first is the server's own. */
function leaveFirstCore(): void {
  if (cpus().length > 1) {
    spawnSync("taskset", ["-pc", `1-${cpus().length - 1}`, String(process.pid)]);
  }
}

/** A miss of every server, then what only Plimsoll has: hits, beside the static buffer. */
function experiments(contenders: Contender[], question: QuestionName): Plan[] {
  const asked = contenders.filter((one) => one.questions.includes(question));
  const modes = (name: string): Mode[] =>
    name === "plimsoll"
      ? ["miss", "hit-get", "hit-post"]
      : name === "static"
        ? ["hit-get", "hit-post"]
        : ["miss"];
  return asked.flatMap((contender) =>
    modes(contender.name).map((mode) => ({ contender, question, mode })),
  );
}

/** The static server sends the very bytes that Plimsoll answers. */
async function fillStatic(contenders: Contender[], question: QuestionName, variables: object) {
  const [own, buffer] = ["plimsoll", "static"].map(
    (name) => contenders.find((one) => one.name === name)!,
  );
  const { document: query, operationName } = QUESTIONS[question];
  const answer = await fetch(`http://127.0.0.1:${own!.port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, operationName, variables }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  await fetch(`http://127.0.0.1:${buffer!.port}/`, { method: "PUT", body });
}

leaveFirstCore();
const note = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
note("installing the other servers");
install();
note(`filling a database with ${options.models} models`);
const database = await openBenchDatabase(options.models);
const contenders: Contender[] = [];
const load = loadProcess();
try {
  const own = { PORT: "0", LOG_LEVEL: "error", NODE_ENV: "production" };
  const env = { DATABASE_URL: database.url, FITS_SQL: database.fitsSql, ...own };
  for (const plan of plans()) {
    note(`starting ${plan.name}`);
    contenders.push(await start(plan, options.node, env));
  }
  await agreeOnAny(contenders, database.sample);
  const measurements = [];
  for (const question of questions) {
    const { sample } = database;
    await agree(contenders, question, sample);
    await fillStatic(contenders, question, QUESTIONS[question].variables(0, sample));
    const progress = (done: number, of: number, what: string) =>
      note(`${question}: ${done + 1} of ${of} (${what})`);
    const { rounds, seconds, connections } = options;
    const settings = { rounds, seconds, connections, sample, progress };
    measurements.push(...(await measure(load, experiments(contenders, question), settings)));
  }
  note("");
  const ratios = ratiosOf(measurements);
  const baselinePath = here("./baseline.json");
  const baseline = JSON.parse(readFileSync(baselinePath, "utf8")) as Record<string, number>;
  const facts = `${options.models.toLocaleString("en")} models, Node ${nodeMajor}, ${cpus().length} cores, ${options.rounds} rounds of ${options.seconds} s, ${options.connections} connections.`;
  console.log(`${facts}\n\n${table(measurements)}\n\n${ratioTable(ratios, baseline)}`);
  writeFileSync(here("./report.html"), reportPage(measurements, ratios, facts));
  if (options.save) {
    const saved = Object.fromEntries(ratios.map(({ name, value }) => [name, round(value)]));
    writeFileSync(baselinePath, `${JSON.stringify({ ...baseline, ...saved }, null, 2)}\n`);
  }
} finally {
  load.kill();
  await Promise.all(contenders.map((contender) => contender.stop()));
  await database.remove();
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
