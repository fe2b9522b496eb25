/**
 * One event to many subscribers over server-sent events, beside a bare `node:http` server that writes
 * the same bytes to as many open responses. Both run as a process of their own, with their subscribers
 * in another, one after the other in the same run.
 *
 *   npx tsx bench/subscribers.ts [--subscribers 10000] [--events 10] [--passes 2]
 *
 * The time of an event begins before its transaction for ours and before the first write for the bare
 * one, and ends when a subscriber has the bytes. Memory is the growth of the server's resident set, after
 * collection, divided by the subscribers. Every subscriber is one file handle in each process.
 */
import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { silentLog } from "../src/log.ts";

interface Options {
  subscribers: string;
  events: string;
  passes: string;
}

const given = new Command("subscribers")
  .option("--subscribers <count>", "open streams", "10000")
  .option("--events <count>", "events of each pass", "10")
  .option("--passes <count>", "how often each server is measured", "2")
  .parse()
  .opts<Options>();
const [subscribers, events, passes] = [given.subscribers, given.events, given.passes].map(
  Number,
) as [number, number, number];

/** A process of this bench, asked and answering by messages. */
class Peer {
  readonly #process: ChildProcess;

  constructor(file: string, args: string[]) {
    const execArgv = [...process.execArgv, "--expose-gc"];
    this.#process = fork(new URL(`./subscribers/${file}`, import.meta.url), args, { execArgv });
  }

  ask<Answer>(message: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number) => reject(new Error(`A process ended with ${code}.`));
      this.#process.once("exit", onExit).once("message", (answer) => {
        this.#process.off("exit", onExit);
        resolve(answer as Answer);
      });
      this.#process.send(message);
    });
  }

  end(): void {
    this.#process.kill();
  }
}

interface Measured {
  server: string;
  /** Milliseconds of every subscriber and event. */
  times: number[];
  bytesEach: number;
  /** Milliseconds of the server's processor for one event. */
  cpuMs: number;
}

async function measure(server: "bare" | "ours", databaseUrl: string): Promise<Measured> {
  const serving = new Peer("server.ts", [server, databaseUrl]);
  const { port } = await serving.ask<{ port: number }>({ do: "start" });
  const listening = new Peer("client.ts", [String(port)]);
  const memory = () => serving.ask<{ bytes: number }>({ do: "memory" });
  await listening.ask({ do: "open", count: 100 }); // what the first ones alone allocate
  const before = await memory();
  await listening.ask({ do: "open", count: subscribers - 100 });
  const after = await memory();
  const cpu = async () => (await serving.ask<{ ms: number }>({ do: "cpu" })).ms;
  const times: number[] = [];
  let started = 0;
  for (let event = 0; event <= events; event++) {
    if (event === 1) started = await cpu(); // the first one warms up
    const received = listening.ask<{ at: number[] }>({ do: "expect" });
    const { from } = await serving.ask<{ from: number }>({ do: "tell" });
    const { at } = await received;
    if (event > 0) times.push(...at.map((time) => time - from));
  }
  const cpuMs = ((await cpu()) - started) / events;
  listening.end();
  serving.end();
  const bytesEach = (after.bytes - before.bytes) / (subscribers - 100);
  return { server, times, bytesEach, cpuMs };
}

const home = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
await chmod(home, 0o755);
const postgres = await startEmbeddedPostgres({ home, log: silentLog });
try {
  await migrateDatabase(postgres.url);
  const runs: Measured[] = [];
  for (let pass = 0; pass < passes; pass++) {
    runs.push(await measure("bare", postgres.url), await measure("ours", postgres.url));
  }
  report(runs);
} finally {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}

function report(runs: Measured[]): void {
  const figures = ["bare", "ours"].map((server) => {
    const mine = runs.filter((run) => run.server === server);
    const times = mine.flatMap((run) => run.times).sort((a, b) => a - b);
    const at = (part: number) => times[Math.floor((times.length - 1) * part)]!;
    const mean = (of: (run: Measured) => number) =>
      mine.reduce((sum, run) => sum + of(run), 0) / mine.length;
    const kilobytes = mean((run) => run.bytesEach) / 1000;
    return [at(0.5), at(0.99), at(1), mean((run) => run.cpuMs), kilobytes];
  });
  const [bare, ours] = figures as [number[], number[]];
  const row = (name: string, cells: number[], digits: number) =>
    `| ${name} | ${cells.map((cell) => cell.toFixed(digits)).join(" | ")} |`;
  console.log(`${subscribers} subscribers, ${events * passes} events each\n`);
  console.log(
    "| server | p50 ms | p99 ms | last ms | CPU ms | KB each |\n|---|---|---|---|---|---|",
  );
  console.log(row("bare", bare, 1));
  console.log(row("ours", ours, 1));
  const ratios = ours.map((figure, index) => figure / bare[index]!);
  console.log(row("ratio", ratios, 2));
}
