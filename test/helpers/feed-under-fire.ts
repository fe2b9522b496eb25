/**
 * The change feed under fire: processes of the compiled program are killed with SIGKILL and started
 * again while a simulated Hub is read and changed, and subscribers come and go at random. What a
 * subscriber keeps over all of that is the number of the last event it saw.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect } from "../../src/db/client.ts";
import { catalogEvents, models } from "../../src/db/tables.ts";
import { startOwnPostgres } from "./own-postgres.ts";
import { type RunningPlimsoll, startPlimsoll } from "./plimsoll.ts";
import { startOwnRedis } from "./queue-backends.ts";
import { simulatedOrganizations, startSimulatedHub } from "./simulated-hub/index.ts";
import { generator } from "./simulated-hub/repositories.ts";

export interface FireOptions {
  /** Models that are read, each of them a change. */
  models: number;
  subscribers: number;
  seed: number;
  /** Milliseconds after which what has not happened is a failure. */
  patienceMs?: number;
}

export interface FireResult {
  /** Numbers of the log, read from the database at the end. */
  log: number[];
  /** What each subscriber saw. */
  seen: number[][];
  /** Who was killed, in order. */
  kills: string[];
}

const ORGANIZATIONS = 5;

export async function feedUnderFire(options: FireOptions): Promise<FireResult> {
  const random = generator(options.seed);
  const [postgres, redis, hub] = await Promise.all([
    startOwnPostgres(),
    startOwnRedis(),
    startSimulatedHub({ count: options.models, organizations: ORGANIZATIONS, latencyMs: 20 }),
  ]);
  const connection = connect({ url: postgres.url });
  const variables = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    HF_ENDPOINT: hub.url,
    HF_ORGANIZATIONS: simulatedOrganizations(ORGANIZATIONS).join(","),
    HF_SCHEDULE: "*/3 * * * * *",
  };
  const running = new Map<string, RunningPlimsoll>();
  const start = async (name: string) => {
    const [command] = name.split(" ");
    running.set(name, await startPlimsoll(variables, command === "api" ? "serve" : "worker"));
  };
  const leaving = new AbortController();
  const kills: string[] = [];
  try {
    await start("worker 1");
    await Promise.all(["worker 2", "api 1", "api 2"].map(start));
    const seen = Array.from({ length: options.subscribers }, () => [] as number[]);
    const following = seen.map((numbers) => follow(numbers, running, random, leaving.signal));
    for (const name of ["api 1", "worker 1", "api 2", "worker 2"]) {
      await sleep(500 + random() * 2_000);
      await running.get(name)?.stop("SIGKILL");
      running.delete(name);
      kills.push(name);
      await start(name);
    }
    const { patienceMs } = options;
    await until(async () => (await connection.db.$count(models)) >= options.models, patienceMs);
    await hub.change(0.2, "config");
    const log = await settled(connection, seen, patienceMs);
    leaving.abort();
    await Promise.all(following);
    return { log, seen, kills };
  } finally {
    leaving.abort();
    for (const each of running.values()) await each.stop("SIGKILL");
    await connection.close();
    await Promise.all([hub.close(), redis.stop(), postgres.close()]);
  }
}

/** Follows through any API process for a while, then through another, from the last number it saw. */
async function follow(
  numbers: number[],
  running: ReadonlyMap<string, RunningPlimsoll>,
  random: () => number,
  leaving: AbortSignal,
): Promise<void> {
  while (!leaving.aborted) {
    const apis = [...running].filter(([name]) => name.startsWith("api"));
    const [, api] = apis[Math.floor(random() * apis.length)] ?? [];
    const stay = AbortSignal.any([
      leaving,
      AbortSignal.timeout(Math.floor(200 + random() * 3_000)),
    ]);
    if (api) await readEvents(api.url, numbers, stay).catch(() => {});
    await sleep(50);
  }
}

async function readEvents(url: string, numbers: number[], signal: AbortSignal): Promise<void> {
  const query = "subscription ($after: BigInt!) { catalogUpdated(after: $after) { number } }";
  const variables = JSON.stringify({ after: numbers.at(-1) ?? 0 });
  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query, variables })}`, {
    headers: { accept: "text/event-stream" },
    signal,
  });
  let pending = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (pending + chunk).split("\n\n");
    pending = parts.pop() ?? "";
    for (const part of parts) {
      const data = /^data: (.+)$/m.exec(part)?.[1];
      const update = data && JSON.parse(data).data?.catalogUpdated;
      if (update) numbers.push(update.number);
    }
  }
}

/** The log, once nothing has been added for some seconds and everybody has come to its end. */
async function settled(
  { db }: Connection,
  seen: number[][],
  patienceMs: number | undefined,
): Promise<number[]> {
  let length = -1;
  await until(async () => {
    const before = length;
    await sleep(4_000); // longer than a schedule's turn
    length = await db.$count(catalogEvents);
    return length === before && seen.every((numbers) => (numbers.at(-1) ?? 0) >= length);
  }, patienceMs);
  const rows = await db
    .select({ number: catalogEvents.number })
    .from(catalogEvents)
    .orderBy(catalogEvents.number);
  return rows.map(({ number }) => number);
}

async function until(isSo: () => Promise<boolean>, patienceMs = 90_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("The subscribers did not come to the log's end.");
    await sleep(250);
  }
}
