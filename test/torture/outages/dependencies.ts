/**
 * Redis, the Hub, their certificates and the names of all taken away while the program reads the Hub
 * over a queue in Redis. The API answers from the catalog as if nothing were; when the fault is over,
 * the next run of the Hub goes through without a restart, and the log has everything once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../../src/db/client.ts";
import { migrateDatabase } from "../../../src/db/migrate.ts";
import { makeCertificates, opensslAvailable } from "../../helpers/certificates.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { startOwnPostgres } from "../../helpers/own-postgres.ts";
import { ownRedisAvailable, startOwnRedis } from "../../helpers/queue-backends.ts";
import { simulatedOrganizations, startSimulatedHub } from "../../helpers/simulated-hub/index.ts";
import { startTlsFront } from "../../helpers/tls-front.ts";
import { readiness, startProgram, stopProgram, until } from "../program.ts";
import { type Effort, type Row, row } from "../report.ts";
import { nothingLeft } from "../settled.ts";
import { audit, subscribe } from "../subscriber.ts";
import { askAnew } from "./ask.ts";
import { type Dependencies, FAULTS, type Fault } from "./dependency-faults.ts";
import { makeNames, whyNoNames } from "./names.ts";

const ORGANIZATIONS = 4;
const MODELS = 60;
/** The promise is ten seconds until work goes on; a run of the Hub takes some more. */
const BACK_WITHIN_MS = 40_000;
const NAME = "plimsoll.test";

/** Each fault lasts `seconds`. */
export async function tortureByDependencies(
  seconds: number,
  { say }: Effort,
  only: readonly string[] = [""],
): Promise<Row[]> {
  const chosen = FAULTS.filter(({ name }) => only.some((part) => name.includes(part)));
  if (chosen.length === 0) return [];
  if (!ownRedisAvailable || !opensslAvailable) {
    const note = "redis-server and openssl are needed";
    return chosen.map(({ name }) => row(name, 0, { verdict: "skipped", note }));
  }
  const noNames = whyNoNames();
  const rows: Row[] = [];
  for (const fault of chosen) {
    if (fault.needsNames && noNames) {
      rows.push(row(fault.name, 0, { verdict: "skipped", note: noNames }));
      continue;
    }
    const { dependencies, close } = await openDependencies();
    try {
      rows.push(await torture(fault, dependencies, seconds));
    } finally {
      await close();
    }
    say(`${fault.name}: ${rows.at(-1)!.verdict} ${rows.at(-1)!.note}`);
  }
  return rows;
}

async function openDependencies(): Promise<{
  dependencies: Dependencies;
  close(): Promise<void>;
}> {
  const certificates = await makeCertificates();
  const [postgres, redis, hub] = await Promise.all([
    startOwnPostgres(),
    startOwnRedis(),
    startSimulatedHub({ count: MODELS, organizations: ORGANIZATIONS, latencyMs: 10 }),
  ]);
  await migrateDatabase(postgres.url);
  const redisProxy = await startFaultProxy(redis.url);
  const hubProxy = await startFaultProxy(hub.url);
  const redisFront = await startTlsFront(`redis://127.0.0.1:${redisProxy.port}`, certificates.good);
  const hubFront = await startTlsFront(`http://127.0.0.1:${hubProxy.port}`, certificates.good);
  const names = makeNames(NAME);
  return {
    dependencies: {
      ...{ postgres, redis, hub, redisProxy, hubProxy, redisFront, hubFront, names, certificates },
    },
    async close() {
      await Promise.all([redisFront.close(), hubFront.close()]);
      await Promise.all([redisProxy.close(), hubProxy.close()]);
      await Promise.all([redis.stop(), postgres.close(), hub.close(), certificates.remove()]);
      names.remove();
    },
  };
}

/** Addresses as this fault needs them: in the clear, over TLS, or by names. */
function variablesOf(fault: Fault, given: Dependencies): Record<string, string> {
  const { postgres, redis, hub, redisProxy, hubProxy, redisFront, hubFront } = given;
  const { certificate } = given.certificates.good;
  const named = (url: string) => url.replace("127.0.0.1", fault.needsNames ? NAME : "127.0.0.1");
  return {
    DATABASE_URL: named(postgres.url),
    REDIS_URL: fault.overTls
      ? `rediss://localhost:${redisFront.port}`
      : named(redisProxy.through(redis.url)),
    HF_ENDPOINT: fault.overTls
      ? `https://localhost:${hubFront.port}`
      : named(hubProxy.through(hub.url)).replace(/\/$/, ""),
    HF_ORGANIZATIONS: simulatedOrganizations(ORGANIZATIONS).join(","),
    HF_SCHEDULE: "*/3 * * * * *",
    NODE_EXTRA_CA_CERTS: certificate,
  };
}

async function torture(fault: Fault, given: Dependencies, seconds: number): Promise<Row> {
  const { postgres, hub, names } = given;
  const wrong = new Set<string>();
  let end = fault.fromStart ? await fault.begin(given) : null;
  const within = fault.needsNames ? names.within : [];
  const program = startProgram("start", variablesOf(fault, given), within);
  let [longestOutageMs, counts] = [0, { lost: 0, doubled: 0 }];
  try {
    const url = await program.ready;
    if (!end) await settled(postgres.url);
    const subscriber = subscribe(url);
    end ??= await fault.begin(given);
    await hub.change(0.5, "config", seconds);
    const begunAt = performance.now();
    let warned = false;
    for (let turn = 0; performance.now() < begunAt + seconds * 1000; turn++) {
      const answer = await askAnew(url, turn);
      if (answer !== "data") wrong.add(`an answer was ${answer}`);
      const { ready, reasons, warnings } = await readiness(url);
      if (!ready) wrong.add(`not ready: ${reasons}`);
      warned ||= (warnings ?? []).length > 0;
      await sleep(250);
    }
    if (fault.warns && !warned) wrong.add("/readyz warns of nothing");
    if (fault.told && !fault.told.test(program.printed())) wrong.add("the log does not tell of it");
    const mendedAt = performance.now();
    await end();
    await settled(postgres.url);
    longestOutageMs = performance.now() - mendedAt;
    const last = await lastEvent(postgres.url);
    const all = async () => (subscriber.numbers.at(-1) === last ? true : null);
    await until("the last event", all, 20_000);
    await subscriber.close();
    counts = audit(subscriber.numbers, last);
    if (program.child.exitCode !== null) wrong.add("the program ended");
  } catch (error) {
    wrong.add((error as Error).message);
  } finally {
    await stopProgram(program);
  }
  if (/unhandled|uncaught/i.test(program.printed())) wrong.add("an error that nobody caught");
  const broken = wrong.size + counts.lost + counts.doubled > 0;
  if (broken) wrong.add(program.printed().slice(-600));
  const note = broken ? [...wrong].join(" ‖ ") : "answers all the while; until the next whole run";
  const verdict = broken ? "BROKEN" : "held";
  return row(fault.name, 1, { ...counts, longestOutageMs, verdict, note });
}

/** Waits for a run of the Hub that began after this moment and found nothing left to do. */
async function settled(url: string): Promise<void> {
  const moment = new Date();
  await until(
    "a run that finds nothing to do",
    async () => (await nothingLeft(url, moment)) || null,
    BACK_WITHIN_MS,
  );
}

async function lastEvent(url: string): Promise<number> {
  const { db, close } = connect({ url, maxConnections: 1 });
  try {
    const [state] = await db.$client`select last_event::int as last from catalog_state`;
    return state!.last;
  } finally {
    await close();
  }
}
