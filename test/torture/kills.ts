/**
 * SIGKILL at random moments of a first start, of ingestion, of a migration and of a shutdown: of the
 * API, of the worker, of Postgres and of everything at once. Afterwards the program is started again
 * as if nothing had been, and has to end with the catalog and the log of a run that was left alone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import { type SimulatedHub, startSimulatedHub } from "../helpers/simulated-hub/index.ts";
import { generator, simulatedOrganizations } from "../helpers/simulated-hub/repositories.ts";
import {
  type Contents,
  compareContents,
  contentsOf,
  type Home,
  killPostgres,
  makeHome,
  urlOf,
} from "./homes.ts";
import { makeLoadedHome } from "./loaded-home.ts";
import { type Program, startProgram, until } from "./program.ts";
import { type Effort, type Row, row } from "./report.ts";
import { allRead, BUNDLED } from "./settled.ts";
import { makeOldHome } from "./upgrade.ts";

const ORGANIZATIONS = 4;
const MODELS = 60;
/** Never in the time of a test; the source is read at once because it never was. */
const YEARLY = "0 0 1 1 *";

const VICTIMS = ["the program", "Postgres", "everything"] as const;
const SPLIT_VICTIMS = ["the API", "the worker", ...VICTIMS] as const;
type Victim = (typeof SPLIT_VICTIMS)[number];

interface Stage {
  name: string;
  commands: readonly ("start" | "serve" | "worker")[];
  victims: readonly Victim[];
  /** Home to start from; null: an empty one. */
  template: Home | null;
  /** The moment is drawn from here to the time that an undisturbed run takes. */
  fromMs: number;
  /** True: the program runs to its end and is asked to stop; then it is killed. */
  stopping?: boolean;
}

interface Stand {
  hub: SimulatedHub;
  effort: Effort;
}

/** One row for each stage, the rounds shared out among its victims. */
export async function tortureByKills(
  effort: Effort,
  only: readonly string[] = [""],
  commands: readonly string[] = ["start", "serve"],
): Promise<Row[]> {
  const hub = await startSimulatedHub({
    count: MODELS,
    organizations: ORGANIZATIONS,
    latencyMs: 20,
  });
  const templates: Home[] = [];
  try {
    const stand = { hub, effort };
    const loaded = await makeLoadedHome();
    const old = await makeOldHome();
    templates.push(loaded, old);
    const whole = { commands: ["start"], victims: VICTIMS, fromMs: 0 } as const;
    const stages: Stage[] = [
      { ...whole, name: "killed during its first start", template: null },
      { ...whole, name: "killed during ingestion", template: loaded, fromMs: 500 },
      { ...whole, name: "killed during a migration", template: old },
      { ...whole, name: "killed while stopping", template: loaded, stopping: true },
      {
        name: "API and worker apart, killed during ingestion",
        commands: ["serve", "worker"],
        victims: SPLIT_VICTIMS,
        template: loaded,
        fromMs: 500,
      },
    ];
    const rows: Row[] = [];
    const chosen = stages.filter(
      (stage) =>
        only.some((part) => stage.name.includes(part)) && commands.includes(stage.commands[0]!),
    );
    for (const stage of chosen) {
      rows.push(await tortureStage(stage, stand));
    }
    return rows;
  } finally {
    for (const home of templates) await home.remove();
    await hub.close();
  }
}

async function tortureStage(stage: Stage, stand: Stand): Promise<Row> {
  const { rounds, seed, say } = stand.effort;
  const random = generator(seed);
  const undisturbed = await runOnce(stage, stand, null);
  const draws = Array.from({ length: rounds }, (_, index) => ({
    victim: stage.victims[index % stage.victims.length]!,
    afterMs: stage.fromMs + random() * Math.max(0, undisturbed.ms - stage.fromMs),
  }));
  let [lost, doubled, longestOutageMs, done] = [0, 0, 0, 0];
  const notes: string[] = [];
  await pMap(
    draws,
    async (draw, index) => {
      const what = `${stage.name}: ${draw.victim} after ${Math.round(draw.afterMs)} ms`;
      try {
        const run = await runOnce(stage, stand, draw);
        const difference = compareContents(undisturbed.contents, run.contents);
        lost += difference.lost;
        doubled += difference.doubled;
        longestOutageMs = Math.max(longestOutageMs, run.outageMs);
        if (difference.example) notes.push(`round ${index + 1}, ${what}: ${difference.example}`);
      } catch (error) {
        notes.push(`round ${index + 1}, ${what}: ${(error as Error).message}`);
      }
      say(`${what} (${++done} of ${rounds})${notes.at(-1)?.includes(what) ? ": BROKEN" : ""}`);
    },
    { concurrency: 2 },
  );
  const verdict = notes.length > 0 ? "BROKEN" : "held";
  const note = notes[0] ?? `${undisturbed.contents.models?.length} models each time`;
  return row(stage.name, rounds, { lost, doubled, longestOutageMs, verdict, note });
}

interface Run {
  contents: Contents;
  /** How long it took from the start to the last fact. */
  ms: number;
  /** From the kill until every part was ready again. */
  outageMs: number;
}

/** One life of a home: started, perhaps killed and started again, read to its end. */
async function runOnce(
  stage: Stage,
  { hub }: Stand,
  kill: { victim: Victim; afterMs: number } | null,
): Promise<Run> {
  const home = await makeHome(stage.template ?? undefined);
  const variables = {
    PLIMSOLL_HOME: home.path,
    HF_ENDPOINT: hub.url,
    HF_ORGANIZATIONS: simulatedOrganizations(ORGANIZATIONS).join(","),
    HF_SCHEDULE: YEARLY,
  };
  const running = new Map<string, Program>();
  const startMissing = () => {
    for (const command of stage.commands) {
      const program = running.get(command);
      if (program && !hasEnded(program)) continue;
      running.set(command, startProgram(command, variables));
    }
  };
  const started = performance.now();
  let outageMs = 0;
  try {
    startMissing();
    if (stage.stopping) {
      await Promise.all([...running.values()].map(({ ready }) => ready));
      await allReadOf(home);
    }
    const stopped = performance.now();
    if (stage.stopping) for (const program of running.values()) program.kill("SIGINT");
    if (kill) {
      await sleep(stage.stopping ? kill.afterMs % 300 : kill.afterMs);
      await killVictim(kill.victim, running, home.path);
    }
    if (kill || stage.stopping) {
      const killedAt = performance.now();
      // What was not killed has to live on; only what is gone is started by whoever watches over it.
      if (stage.stopping) await Promise.all([...running.values()].map(({ exited }) => exited));
      await sleep(50);
      startMissing();
      await untilReady(stage, running, startMissing);
      outageMs = performance.now() - killedAt;
    }
    await allReadOf(home);
    const ms = stage.stopping ? performance.now() - stopped : performance.now() - started;
    return { contents: await contentsOf(urlOf(home.path)), ms, outageMs };
  } catch (error) {
    const printed = [...running.values()].map((program) => program.printed()).join("\n");
    throw new Error(`${(error as Error).message}\n${printed.slice(-1500)}`);
  } finally {
    for (const program of running.values()) program.kill();
    await home.remove();
  }
}

async function killVictim(
  victim: Victim,
  running: Map<string, Program>,
  home: string,
): Promise<void> {
  const programs = [...running.values()];
  const named = { "the API": ["serve"], "the worker": ["worker"] }[victim as string];
  const doomed = named ? named.flatMap((name) => running.get(name) ?? []) : programs;
  if (victim !== "Postgres") for (const program of doomed) program.kill("SIGKILL");
  if (victim === "Postgres" || victim === "everything") killPostgres(home);
  if (victim !== "Postgres") await Promise.all(doomed.map(({ exited }) => exited));
}

/** A start that Postgres was killed under may end with a sentence; whoever watches starts it again. */
async function untilReady(
  stage: Stage,
  running: Map<string, Program>,
  startMissing: () => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await Promise.all(stage.commands.map((command) => running.get(command)!.ready));
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      startMissing();
    }
  }
}

function hasEnded({ child }: Program): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Every bundled source and the Hub were read with success since the end of the last kill. */
async function allReadOf(home: Home): Promise<void> {
  const read = async () => (await allRead(urlOf(home.path), [...BUNDLED, "hugging-face"])) || null;
  await until("the end of ingestion", read, 150_000);
}
