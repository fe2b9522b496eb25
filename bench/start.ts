/**
 * How long a start takes until its first answer, beside the start of Node alone in the same run: `npm
 * start` in a home that is filled, and `serve` against a Postgres that runs. The processor's time stands
 * beside the clock's where /proc tells it, because that changes less on a machine that does much else.
 *
 *   npm run bench:start -- [--starts 7]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { findFreePort } from "../src/db/embedded/launch.ts";
import { silentLog } from "../src/log.ts";

const { starts } = new Command("start")
  .option("--starts <count>", "how often each is started", "7")
  .parse()
  .opts<{ starts: string }>();

interface Start {
  clockMs: number;
  /** Of the program and what it ran, Postgres apart; null where it cannot be read. */
  processorMs: number | null;
}

const QUESTION = JSON.stringify({ query: "{ models(first: 3) { totalCount nodes { name } } }" });
const GIVE_UP_MS = 120_000;
/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

const home = await mkdtemp(join(tmpdir(), "plimsoll-start-"));
await chmod(home, 0o755);
const settings = { PLIMSOLL_HOME: home, SOURCES: "hugging-face", HF_SCHEDULE: "off" };
const measured: Record<string, Start[]> = { "node -e 0": [], "npm start": [], serve: [] };
try {
  await start(["npm", "start"], settings); // fills the home and builds
  for (let pass = 0; pass < Number(starts); pass++) {
    measured["node -e 0"]!.push(await bareNode());
    measured["npm start"]!.push(await start(["npm", "start"], settings));
    const server = await startEmbeddedPostgres({ home, log: silentLog });
    const variables = { ...settings, DATABASE_URL: server.url };
    const serve = start([process.execPath, "dist/main.js", "serve"], variables);
    measured.serve!.push(await serve.finally(server.stop));
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
report();

/** Starts a command, waits until it answers a question, and stops it. */
async function start([command, ...words]: string[], variables: object): Promise<Start> {
  const port = await findFreePort();
  const env = { PATH: process.env.PATH, PORT: String(port), ...variables };
  const begun = performance.now();
  // A group of its own, whose processor time can be added up.
  const child = spawn(command!, words, {
    env,
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  await firstAnswer(`http://127.0.0.1:${port}/graphql`, child, begun + GIVE_UP_MS);
  const clockMs = performance.now() - begun;
  const processorMs = await groupProcessorMs(child.pid!);
  const exited = once(child, "exit");
  process.kill(-child.pid!, "SIGINT");
  await exited;
  return { clockMs, processorMs };
}

async function firstAnswer(url: string, child: ChildProcess, giveUpAt: number): Promise<void> {
  const headers = { "content-type": "application/json" };
  while (performance.now() < giveUpAt && child.exitCode === null) {
    const response = await fetch(url, { method: "POST", headers, body: QUESTION }).catch(
      () => null,
    );
    const { data } = response ? ((await response.json()) as { data?: object }) : {};
    if (data) return;
    await delay(5);
  }
  if (child.exitCode === null) child.kill("SIGINT");
  throw new Error(`${child.spawnargs.join(" ")} did not answer.`);
}

async function bareNode(): Promise<Start> {
  const begun = performance.now();
  const script = "const { user, system } = process.cpuUsage(); console.log(user + system)";
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  let microseconds = "";
  child.stdout.on("data", (chunk) => {
    microseconds += chunk;
  });
  await once(child, "close");
  return { clockMs: performance.now() - begun, processorMs: Number(microseconds) / 1000 };
}

/** Of the processes of a group and of their children that have ended. */
async function groupProcessorMs(group: number): Promise<number | null> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const id of ids) {
    const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
    // After the name in brackets: state, parent, group, and from the 12th on four times.
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    if (fields[2] !== group) continue;
    for (const time of fields.slice(11, 15)) ticks += time;
  }
  return ticks > 0 ? ticks * TICK_MS : null;
}

function report(): void {
  const bare = median(measured["node -e 0"]!.map(({ clockMs }) => clockMs));
  console.log("first answer       median      least  times node  processor");
  for (const [what, starts] of Object.entries(measured)) {
    const times = starts.map(({ clockMs }) => clockMs);
    const processor = starts.flatMap(({ processorMs }) => processorMs ?? []);
    const columns = [
      what.padEnd(14),
      `${median(times).toFixed(0)} ms`.padStart(10),
      `${Math.min(...times).toFixed(0)} ms`.padStart(10),
      (median(times) / bare).toFixed(1).padStart(11),
      (processor.length > 0 ? `${median(processor).toFixed(0)} ms` : "-").padStart(10),
    ];
    console.log(columns.join(" "));
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
