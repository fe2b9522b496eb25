/**
 * What the program depends on, taken away while it works: Postgres, Redis and the upstreams are cut
 * off, slow, silent, full or read-only behind a proxy. Every question is answered in time with data or
 * a code, `/readyz` tells the truth, and everything comes back without a restart; a subscriber ends
 * with exactly the log.
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import postgres, { type Sql } from "postgres";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { silentLog as log } from "../../src/log.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../helpers/fault-proxy.ts";
import { makeHome } from "./homes.ts";
import { post, readiness, startProgram, stopProgram, until } from "./program.ts";
import { type Effort, type Row, row } from "./report.ts";
import { madeUp } from "./served.ts";
import { audit, subscribe } from "./subscriber.ts";

/** The server's own limit for a query is 20 s. */
const ANSWERED_WITHIN_MS = 25_000;
/** A silent connection is given up after 35 s; everything else comes back at once. */
const BACK_WITHIN_MS = 45_000;
const MAX_CONNECTIONS = 30;
/** What a pool takes to replace connections that were ended under it. */
const SETTLE_MS = 2_000;

interface Stand {
  proxy: FaultProxy;
  /** A superuser's connection beside the proxy. */
  admin: Sql;
  server: EmbeddedPostgres;
}

interface Outage {
  name: string;
  /** Breaks it; what is returned mends it. */
  begin(stand: Stand): Promise<() => Promise<void>>;
  /**
   * True where questions are answered and the server is ready as soon as it has new connections; false
   * where neither can be; null where it depends on who is quicker.
   */
  readsGoOn: boolean | null;
}

const proxied = (fault: Fault) => async (stand: Stand) => {
  await stand.proxy.set(fault);
  return () => stand.proxy.set({ kind: "pass" });
};

const AT_START = "Postgres is not there at start";

const OUTAGES: Outage[] = [
  { name: "Postgres is gone", begin: proxied({ kind: "refuse" }), readsGoOn: false },
  { name: "Postgres resets every connection", begin: proxied({ kind: "reset" }), readsGoOn: false },
  {
    name: "Postgres is slow, 5 s per statement",
    begin: proxied({ kind: "delay", ms: 5_000 }),
    readsGoOn: false,
  },
  { name: "Postgres is silently dead", begin: proxied({ kind: "swallow" }), readsGoOn: false },
  {
    name: "the NOTIFY connection alone is silently dead",
    begin: proxied({ kind: "swallow", only: "listen" }),
    readsGoOn: true,
  },
  { name: "Postgres has no connection left", begin: takeAllConnections, readsGoOn: null },
  { name: "Postgres takes no writes", begin: makeReadOnly, readsGoOn: true },
  { name: "every connection is ended by an administrator", begin: endAll, readsGoOn: true },
];

/** Takes the place of every connection of the program. */
async function takeAllConnections({ admin, server }: Stand): Promise<() => Promise<void>> {
  const taken: pg.Client[] = [];
  let stopping = false;
  const taking = (async () => {
    while (!stopping) {
      await endConnections(admin);
      for (let full = false; !full && !stopping; ) {
        const client = new pg.Client({ connectionString: server.url });
        client.on("error", () => {});
        full = await client.connect().then(
          () => taken.push(client) < 0,
          () => true,
        );
      }
      await sleep(100);
    }
  })();
  return async () => {
    stopping = true;
    await taking;
    await Promise.all(taken.map((client) => client.end()));
  };
}

async function makeReadOnly({ admin }: Stand): Promise<() => Promise<void>> {
  await admin`alter database plimsoll set default_transaction_read_only = on`;
  await endConnections(admin);
  return async () => {
    await admin`alter database plimsoll reset default_transaction_read_only`;
    await endConnections(admin);
  };
}

async function endAll({ admin }: Stand): Promise<() => Promise<void>> {
  await endConnections(admin);
  return async () => {};
}

async function endConnections(admin: Sql): Promise<void> {
  await admin`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = 'plimsoll' and application_name = 'plimsoll'`;
}

/** Each outage lasts `seconds`. */
export async function tortureByOutages(
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
      say(`${outage.name}: ${rows.at(-1)!.verdict}`);
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
      await write().catch(() => {}); // where no connection is left, the writer has none either
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

/** A question that no store has the answer of: `data`, the code of the error, or what went wrong. */
async function askAnew(url: string, turn: number): Promise<string> {
  const text = `{ models(first: 2) { totalCount nodes { slug } } } # ${turn} ${Math.random()}`;
  try {
    const { data, errors } = await post(url, text, ANSWERED_WITHIN_MS);
    const code = errors?.[0]?.extensions?.code;
    if (code === "INTERNAL_SERVER_ERROR") return `internal error: ${errors![0]!.message}`;
    return errors ? (code ?? `no code: ${errors[0]!.message}`) : data ? "data" : "neither";
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
}
