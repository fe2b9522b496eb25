/**
 * The embedded database on a disk that is full and on one that can only be read, at start and while
 * models come in. The program says what is wrong, what can be answered is answered, and once the disk
 * is mended everything goes on by itself, with the catalog and the log of a run that was left alone.
 */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type SimulatedHub,
  simulatedOrganizations,
  startSimulatedHub,
} from "../../helpers/simulated-hub/index.ts";
import {
  type Contents,
  compareContents,
  contentsOf,
  type Home,
  killPostgres,
  makeHome,
  urlOf,
} from "../homes.ts";
import { makeLoadedHome } from "../loaded-home.ts";
import { post, readiness, startProgram, stopProgram, until } from "../program.ts";
import { type Effort, type Row, row } from "../report.ts";
import { nothingLeft } from "../settled.ts";
import { makeVolume, type Volume, whyNoVolumes } from "./volume.ts";

const DISK_MB = 300;
const MODELS = 150;
const ORGANIZATIONS = 4;
/** Too little for initdb. */
const FIRST_START_BYTES = 5_000_000;
/** Enough for the tables of a while, not for all models. */
const INGESTION_BYTES = 1_000_000;
const BACK_WITHIN_MS = 45_000;

interface Stand {
  variables: Record<string, string>;
  /** Its bundled data is read. */
  loaded: Home;
  /** What a run that was left alone ends with. */
  expected: Contents;
}

/** One row for each fault; a single one that is skipped where no disk can be mounted. */
export async function tortureByDisks(
  seconds: number,
  { say }: Effort,
  only: readonly string[] = [""],
): Promise<Row[]> {
  const reason = whyNoVolumes();
  if (reason)
    return [row("a disk that is full or read-only", 0, { verdict: "skipped", note: reason })];
  const hub = await startSimulatedHub({
    count: MODELS,
    organizations: ORGANIZATIONS,
    latencyMs: 20,
  });
  const loaded = await makeLoadedHome();
  try {
    const variables = variablesOf(hub);
    const stand = { variables, loaded, expected: await leftAlone(loaded, variables) };
    const faults: [string, (volume: Volume, stand: Stand) => Promise<Partial<Row>>][] = [
      ["the disk is full at the first start", fullAtStart],
      ["the disk is read-only at start", readOnlyAtStart],
      [FULL, (volume) => whileRunning(volume, stand, fillUp(volume), seconds)],
      [BROKEN, (volume) => whileRunning(volume, stand, breakDown(volume), seconds)],
    ];
    const rows: Row[] = [];
    const chosen = faults.filter(([name]) => only.some((part) => name.includes(part)));
    for (const [name, torture] of chosen) {
      const volume = makeVolume(DISK_MB);
      try {
        rows.push(row(name, 1, await torture(volume, stand)));
      } catch (error) {
        rows.push(row(name, 1, { verdict: "BROKEN", note: (error as Error).message }));
      } finally {
        killPostgres(volume.path);
        await volume.remove();
      }
      say(`${name}: ${rows.at(-1)!.verdict}`);
    }
    return rows;
  } finally {
    await loaded.remove();
    await hub.close();
  }
}

const FULL = "the disk fills up while models come in";
const BROKEN = "the disk turns read-only while models come in";

/** The Hub is read again every few seconds: whatever failed is tried again. */
const variablesOf = (hub: SimulatedHub) => ({
  HF_ENDPOINT: hub.url,
  HF_ORGANIZATIONS: simulatedOrganizations(ORGANIZATIONS).join(","),
  HF_SCHEDULE: "*/5 * * * * *",
});

async function leftAlone(loaded: Home, variables: Record<string, string>): Promise<Contents> {
  const home = await makeHome(loaded);
  const program = startProgram("start", { ...variables, PLIMSOLL_HOME: home.path });
  try {
    await program.ready;
    await allCame(home.path);
    return await contentsOf(urlOf(home.path));
  } finally {
    await stopProgram(program);
    await home.remove();
  }
}

async function fullAtStart(volume: Volume): Promise<Partial<Row>> {
  volume.fill(FIRST_START_BYTES);
  const said = await refusedStart(volume);
  const made = readdirSync(volume.path).filter((name) => /^postgres(\.new.*)?$/.test(name));
  const wrong = made.length > 0 ? `it left ${made.join(", ")}` : whyUnclear(said, "is full");
  volume.free();
  return startsNow(volume, wrong);
}

async function readOnlyAtStart(volume: Volume, { loaded }: Stand): Promise<Partial<Row>> {
  volume.copyFrom(loaded.path);
  volume.remount("ro");
  const wrong = whyUnclear(await refusedStart(volume), "cannot be written");
  volume.remount("rw");
  return startsNow(volume, wrong);
}

/** What a start says that must not succeed. */
async function refusedStart(volume: Volume): Promise<string> {
  const program = startProgram("start", { PLIMSOLL_HOME: volume.path });
  const end = await program.exited;
  return end === 1 ? program.printed() : `it ended with ${end}: ${program.printed()}`;
}

/** One sentence that names the folder and what is wrong with it. */
function whyUnclear(said: string, what: string): string {
  const isClear = said.includes(what) && said.includes("PLIMSOLL_HOME") && !/\n\s+at /.test(said);
  return isClear ? "" : `it says: ${said.slice(0, 300)}`;
}

async function startsNow(volume: Volume, wrong: string): Promise<Partial<Row>> {
  const program = startProgram("start", { PLIMSOLL_HOME: volume.path });
  try {
    const { data } = await post(await program.ready, "{ catalogVersion }");
    if (!data) wrong ||= "it does not answer afterwards";
    return {
      verdict: wrong ? "BROKEN" : "held",
      note: wrong || "ends with a sentence that says so",
    };
  } finally {
    await stopProgram(program);
  }
}

interface Fault {
  begin(): void;
  /** Mends the disk. */
  end(): Promise<void>;
  /** What the log must tell of it. */
  told: RegExp;
}

const fillUp = (volume: Volume): Fault => ({
  begin: () => volume.fill(INGESTION_BYTES),
  end: async () => volume.free(),
  told: /No space left on device/,
});

const breakDown = (volume: Volume): Fault => ({
  begin: () => volume.breakDown(),
  async end() {
    killPostgres(volume.path);
    await volume.repair();
  },
  told: /EROFS|Read-only file system/,
});

async function whileRunning(
  volume: Volume,
  { variables, loaded, expected }: Stand,
  fault: Fault,
  seconds: number,
): Promise<Partial<Row>> {
  volume.copyFrom(loaded.path);
  const program = startProgram("start", { ...variables, PLIMSOLL_HOME: volume.path });
  const wrong = new Set<string>();
  try {
    const url = await program.ready;
    const answers = { data: 0, code: 0 };
    fault.begin();
    const endAt = performance.now() + seconds * 1000;
    for (let turn = 0; performance.now() < endAt; turn++) {
      const { data, errors } = await post(url, `{ models(first: 1) { totalCount } } # ${turn}`);
      const code = errors?.[0]?.extensions?.code;
      if (errors && code !== "DATABASE_UNAVAILABLE") wrong.add(`${code}: ${errors[0]!.message}`);
      answers[data ? "data" : "code"]++;
      const { ready, reasons } = await readiness(url);
      if (!ready && reasons.length === 0) wrong.add("not ready without a reason");
      await sleep(250);
    }
    if (!fault.told.test(program.printed())) wrong.add("the log does not tell of it");
    await fault.end();
    const mendedAt = performance.now();
    await until("readiness", async () => (await readiness(url)).ready || null, BACK_WITHIN_MS);
    const longestOutageMs = performance.now() - mendedAt;
    await allCame(volume.path);
    const found = compareContents(expected, await contentsOf(urlOf(volume.path)));
    if (found.example) wrong.add(found.example);
    if (program.child.exitCode !== null) wrong.add("the program ended");
    const figures = `meanwhile ${answers.data} answers with data, ${answers.code} with a code`;
    const verdict = wrong.size > 0 ? "BROKEN" : "held";
    const note = [...wrong].slice(0, 3).join(" ‖ ") || figures;
    return { lost: found.lost, doubled: found.doubled, longestOutageMs, verdict, note };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${program.printed().slice(-1500)}`);
  } finally {
    await stopProgram(program);
  }
}

/** Waits until a run of the Hub has found nothing left to do, and nothing is under way. */
async function allCame(home: string): Promise<void> {
  const moment = new Date();
  const settled = async () => (await nothingLeft(urlOf(home), moment)) || null;
  await until("the end of ingestion", settled, 120_000);
}
