/**
 * Postgres taken away while the API works. Every question is answered in time with data or a code,
 * `/readyz` tells the truth, and everything comes back without a restart; a subscriber ends with
 * exactly the log.
 */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { writeRecords } from "../../../src/db/catalog.ts";
import { connect } from "../../../src/db/client.ts";
import { startEmbeddedPostgres } from "../../../src/db/embedded/index.ts";
import { migrateDatabase } from "../../../src/db/migrate.ts";
import { silentLog as log } from "../../../src/log.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { makeHome } from "../homes.ts";
import { readiness, startProgram, stopProgram, until } from "../program.ts";
import { type Effort, type Row, row } from "../report.ts";
import { madeUp } from "../served.ts";
import { audit, subscribe } from "../subscriber.ts";
import { askAnew } from "./ask.ts";
import { OUTAGES, type Outage, type Stand } from "./postgres-faults.ts";

/** A silent connection is given up after 35 s; everything else comes back at once. */
const BACK_WITHIN_MS = 45_000;
const MAX_CONNECTIONS = 30;
/** What a pool takes to replace connections that were ended under it. */
const SETTLE_MS = 2_000;
const WRITE_WITHIN_MS = 5_000;
const AT_START = "Postgres is not there at start";

/** Each outage lasts `seconds`. */
export async function tortureByPostgres(
  seconds: number,
  { say }: Effort,
  only: readonly string[] = [""],
): Promise<Row[]> {
  const home = await makeHome();
  const settings = { max_connections: String(MAX_CONNECTIONS) };
  const server = await startEmbeddedPostgres({ home: home.path, log, durable: false, settings });
  const proxy = await startFaultProxy(server.url);
  const admin = postgres(server.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "torture", default_transaction_read_only: false },
  });
  const rows: Row[] = [];
  try {
    await migrateDatabase(server.url);
    const stand = { proxy, admin, server };
    const isChosen = (name: string) => only.some((part) => name.includes(part));
    if (isChosen(AT_START)) rows.push(await tortureStart(stand, Math.min(seconds, 10)));
    for (const outage of OUTAGES.filter(({ name }) => isChosen(name))) {
      rows.push(await tortureOutage(outage, stand, seconds));
      say(`${outage.name}: ${rows.at(-1)!.verdict} ${rows.at(-1)!.note}`);
    }
    return rows;
  } finally {
    await admin.end({ timeout: 1 });
    await proxy.close();
    await server.stop();
    await home.remove();
  }
}

/** Started while Postgres is not there, as after a power cut. */
async function tortureStart({ proxy, server }: Stand, seconds: number): Promise<Row> {
  const name = AT_START;
  await proxy.set({ kind: "refuse" });
  const program = startProgram("serve", { DATABASE_URL: proxy.through(server.url) });
  try {
    const said = "the database cannot be reached; waiting for it";
    await until("the word", async () => program.printed().includes(said) || null, 30_000);
    await sleep(seconds * 1000);
    const waits = program.child.exitCode === null;
    await proxy.set({ kind: "pass" });
    const back = performance.now();
    const url = await program.ready;
    await until("readiness", async () => (await readiness(url)).ready || null, 20_000);
    const longestOutageMs = performance.now() - back;
    const verdict = waits ? "held" : "BROKEN";
    return row(name, 1, { longestOutageMs, verdict, note: "waits for it and says so" });
  } catch (error) {
    return row(name, 1, { verdict: "BROKEN", note: (error as Error).message });
  } finally {
    await proxy.set({ kind: "pass" });
    await stopProgram(program);
  }
}

async function tortureOutage(outage: Outage, stand: Stand, seconds: number): Promise<Row> {
  const { proxy, server, admin } = stand;
  const program = startProgram("serve", { DATABASE_URL: proxy.through(server.url) });
  const wrong: string[] = [];
  let longestOutageMs = 0;
  let counts = { lost: 0, doubled: 0 };
  const writer = connect({ url: server.url, maxConnections: 1 });
  try {
    const url = await program.ready;
    await writer.db.$client`set default_transaction_read_only = off`;
    const write = () => writeRecords(writer.db, "test", [madeUp(Math.floor(Math.random() * 1e9))]);
    const subscriber = subscribe(url);
    await write();
    const end = await outage.begin(stand);
    const begunAt = performance.now();
    const endAt = performance.now() + seconds * 1000;
    let wasReady = true;
    for (let turn = 0; performance.now() < endAt; turn++) {
      // Where no connection is left the writer has none either, and may wait until there is one.
      await Promise.race([write().catch(() => {}), sleep(WRITE_WITHIN_MS)]);
      const [answer, ready] = await Promise.all([askAnew(url, turn), readiness(url)]);
      const mustAnswer = outage.readsGoOn && performance.now() > begunAt + SETTLE_MS;
      if (answer !== "data" && (mustAnswer || !/^[A-Z_]+$/.test(answer))) wrong.push(answer);
      if (!outage.readsGoOn || mustAnswer) wasReady &&= ready.ready;
      if (!ready.ready && ready.reasons.length === 0) wrong.push("not ready without a reason");
      await sleep(250);
    }
    if (outage.readsGoOn && !wasReady) wrong.push("it said that it was not ready");
    if (outage.readsGoOn === false && wasReady) wrong.push("it said that it was ready");
    const mended = performance.now();
    await end();
    await until(
      "an answer",
      async () => ((await askAnew(url, -1)) === "data" ? true : null),
      BACK_WITHIN_MS,
    );
    await until("readiness", async () => (await readiness(url)).ready || null, BACK_WITHIN_MS);
    longestOutageMs = performance.now() - mended + (outage.readsGoOn ? 0 : seconds * 1000);
    await until("a write", async () => (await write()) && true, 20_000);
    const [state] = await admin`select last_event::int as last from catalog_state`;
    const all = async () => (subscriber.numbers.at(-1) === state!.last ? true : null);
    await until("the last event", all, 20_000).catch((error) => wrong.push(error.message));
    await subscriber.close();
    counts = audit(subscriber.numbers, state!.last);
    if (program.child.exitCode !== null) wrong.push("the program ended");
  } catch (error) {
    wrong.push((error as Error).message);
  } finally {
    await proxy.set({ kind: "pass" });
    await writer.close();
    await stopProgram(program);
  }
  if (/unhandled|uncaught/i.test(program.printed())) wrong.push(program.printed().slice(-500));
  const verdict = wrong.length + counts.lost + counts.doubled > 0 ? "BROKEN" : "held";
  const note = [...new Set(wrong)].slice(0, 3).join(" ‖ ");
  return row(outage.name, 1, { ...counts, longestOutageMs, verdict, note });
}
