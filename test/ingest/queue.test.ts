/** What the ingester needs of its queue, on every backend that this machine has. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { PlimsollError } from "../../src/errors.ts";
import { nextDelayMs } from "../../src/ingest/backoff.ts";
import type { FlowHandlers, Part, PartData } from "../../src/ingest/jobs.ts";
import { type IngestQueue, openQueue, type QueueOptions } from "../../src/ingest/queue.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";

/** Handlers whose runs have one page and end well; a test replaces what it is about. */
function handlers(changes: Partial<FlowHandlers> = {}): FlowHandlers {
  return {
    begin: async (id, sourceId) => ({ id, sourceId, since: null, startedAt: Date.now() }),
    work: async () => ({ result: null, more: [] }),
    settle: async () => ({ more: [], failure: null, incomplete: null }),
    sync: async () => {},
    ...changes,
  };
}

const model = (name: string): Part => {
  const item = { externalId: name, revision: "1", lastModified: null, info: {} };
  return { kind: "model", key: name, item };
};
const nameOf = ({ part }: PartData) => (part.kind === "model" ? part.item.externalId : "page");
const ignore = () => {};
const whenAborted = (signal: AbortSignal) =>
  new Promise((go) => signal.addEventListener("abort", go));

const holdingWorker = resolve(import.meta.dirname, "../helpers/holding-worker.ts");

describe.each([
  { backend: "Postgres", available: true },
  { backend: "Redis", available: redisAvailable },
])("the queue on $backend", ({ backend, available }) => {
  if (!available) {
    it.skip("needs a Redis server", () => {});
    return;
  }
  const database = useTestDatabase();
  let redis: RedisForTests | null = null;

  beforeAll(async () => {
    if (backend === "Redis") redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  async function openOne(name: string, options: Partial<QueueOptions> = {}): Promise<IngestQueue> {
    const { url: databaseUrl } = database;
    const redisUrl = redis?.url ?? null;
    const queue = await openQueue({ databaseUrl, redisUrl, name, log: silentLog, ...options });
    // At once, because each holds connections, of which a Postgres has few.
    onTestFinished(() => queue.close());
    return queue;
  }

  it("does a run asked for by hand part by part and says when it has ended", async () => {
    const queue = await openOne("by-hand");
    const settled: unknown[] = [];
    const flow = handlers({
      work: async (data) => {
        const more = data.part.kind === "page" ? [model("a"), model("b")] : [];
        return { result: nameOf(data), more };
      },
      settle: async (run, results) => {
        settled.push({ source: run.sourceId, results: results.toSorted() });
        return { more: [], failure: null, incomplete: null };
      },
    });
    queue.work(flow, ignore);
    await queue.runNow("by-hand");
    expect(settled).toEqual([{ source: "by-hand", results: ["a", "b", "page"] }]);
  });

  it("names the job in every line that is logged while it is done", async () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line) > 0;
    const log = createLog("info", { isTTY: false, write } as unknown as NodeJS.WriteStream);
    const queue = await openOne("logged");
    const work = async () => {
      await Promise.resolve();
      log.info("a line of some room");
      return { result: null, more: [] };
    };
    queue.work(handlers({ work }), ignore);
    await queue.runNow("logged");
    log.info("a line of nobody");
    const [ofJob, ofNobody] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(ofJob).toMatchObject({ job: "part", attempt: 1 });
    expect(ofJob?.jobId).toMatch(/\/page\/first$/);
    expect(ofNobody).not.toHaveProperty("jobId");
  });

  it("does a part once however often its run adds it", async () => {
    const queue = await openOne("once");
    const done: string[] = [];
    const flow = handlers({
      work: async (data) => {
        done.push(nameOf(data));
        const again = data.part.kind === "page" ? [model("a"), model("a"), model("b")] : [];
        return { result: null, more: again };
      },
    });
    queue.work(flow, ignore);
    await queue.runNow("once");
    expect(done.toSorted()).toEqual(["a", "b", "page"]);
  });

  it("lets a settled run ask for more parts and settles it again", async () => {
    const queue = await openOne("more");
    const counts: number[] = [];
    const flow = handlers({
      settle: async (_, results) => {
        counts.push(results.length);
        const more = results.length === 1 ? [model("looked-for")] : [];
        return { more, failure: null, incomplete: null };
      },
    });
    queue.work(flow, ignore);
    await queue.runNow("more");
    expect(counts).toEqual([1, 2]);
  });

  it("goes on with a run when one of its parts cannot be done, and says which way it failed", async () => {
    const queue = await openOne("lost", { firstRetryMs: 1 });
    let told: string[] = [];
    const flow = handlers({
      work: async (data) => {
        if (nameOf(data) === "broken") throw new Error("a mistake of ours");
        const more = data.part.kind === "page" ? [model("broken"), model("good")] : [];
        return { result: nameOf(data), more };
      },
      settle: async (_, results, lost) => {
        told = [...(results as string[]).toSorted(), ...lost];
        return { more: [], failure: null, incomplete: null };
      },
    });
    queue.work(flow, ignore);
    await queue.runNow("lost");
    expect(told).toEqual(["good", "page", "a mistake of ours"]);
  });

  it("tries a part that failed by our own fault again, each time after a longer pause", async () => {
    const queue = await openOne("retried", { firstRetryMs: 100 });
    const triedAt: number[] = [];
    let told: unknown[] = [];
    const flow = handlers({
      work: async () => {
        triedAt.push(performance.now());
        if (triedAt.length <= 3) throw new Error("a mistake of ours");
        return { result: "done", more: [] };
      },
      settle: async (_, results, lost) => {
        told = [...results, ...lost];
        return { more: [], failure: null, incomplete: null };
      },
    });
    queue.work(flow, ignore);
    await queue.runNow("retried");
    expect(told).toEqual(["done"]);
    const pauses = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
    expect(pauses).toHaveLength(3);
    // Never sooner than planned; a busy machine may make it later.
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(95 * 2 ** index);
  });

  it("gives a job whose worker was killed to another worker, once", async () => {
    const queue = await openOne("stalled", { stalledMs: 1000 });
    const options = { databaseUrl: database.url, redisUrl: redis?.url ?? null, name: "stalled" };
    const settings = JSON.stringify({ ...options, stalledMs: 1000 });
    const holder = spawn(process.execPath, ["--import", "tsx", holdingWorker, settings], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(holder, "exit");
    try {
      const run = queue.runNow("stalled");
      // It says so when it holds the page of the run.
      const [said] = await once(holder.stdout, "data");
      expect(String(said)).toBe("holding page\n");
      holder.kill("SIGKILL");
      await ended;
      const done: string[] = [];
      const flow = handlers({
        work: async (data) => {
          done.push(nameOf(data));
          return { result: null, more: [] };
        },
      });
      queue.work(flow, ignore);
      await run;
      expect(done).toEqual(["page"]);
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("lets all workers together send as many requests as a host allows", async () => {
    const [one, two] = [await openOne("limited"), await openOne("limited")];
    const bucket = `${backend} api`;
    const announced = { remaining: 3, resetMs: 60_000, quota: 5, windowMs: 60_000 };
    await one.budget.learn(bucket, announced);
    const asked = [one, two, one, two, one, two].map((queue) => queue.budget.take(bucket));
    const waits = await Promise.all(asked);
    expect(waits.filter((ms) => ms === 0)).toHaveLength(3);
    expect(waits.filter((ms) => ms > 0)).toHaveLength(3);
  });

  it("lets a worker that stops finish what goes on regardless, and take nothing more", async () => {
    const [stopping, other] = [await openOne("finishing"), await openOne("finishing")];
    const done: string[] = [];
    const recording = (who: string) => async (data: PartData) => {
      done.push(`${who} ${nameOf(data)}`);
      return { result: null, more: [] };
    };
    let closed: Promise<void> | null = null;
    const flow = handlers({
      work: async (data, signal) => {
        const asked = whenAborted(signal);
        closed = stopping.close();
        await asked;
        const { result } = await recording("first")(data);
        return { result, more: [model("a"), model("b")] };
      },
    });
    stopping.work(flow, ignore);
    const run = other.runNow("finishing");
    await expect.poll(() => closed).not.toBeNull();
    await closed;
    expect(done).toEqual(["first page"]);
    other.work(handlers({ work: recording("second") }), ignore);
    await run;
    expect(done.toSorted()).toEqual(["first page", "second a", "second b"]);
  });

  it("has a worker that stops hand back what it gives up, at no cost of an attempt", async () => {
    const other = await openOne("handed-back", { firstRetryMs: 60_000 });
    const run = other.runNow("handed-back");
    let given = 0;
    // More workers that stop than a job has attempts.
    for (let count = 1; count <= 7; count++) {
      const stopping = await openOne("handed-back", { firstRetryMs: 60_000 });
      const flow = handlers({
        work: async (_, signal) => {
          const asked = whenAborted(signal);
          void stopping.close();
          await asked;
          given++;
          return signal.throwIfAborted() as never;
        },
      });
      stopping.work(flow, ignore);
      await expect.poll(() => given).toBe(count);
      await stopping.close();
    }
    const done: string[] = [];
    const work = async (data: PartData) => {
      done.push(nameOf(data));
      return { result: null, more: [] };
    };
    other.work(handlers({ work }), ignore);
    await run;
    expect(done).toEqual(["page"]);
  });

  it("takes what a user waits for before the models of a sweep", async () => {
    const queue = await openOne("urgent", { concurrency: 1 });
    const order: string[] = [];
    let synced: Promise<void> | null = null;
    const flow = handlers({
      work: async (data) => {
        order.push(nameOf(data));
        if (data.part.kind === "page") return { result: null, more: ["a", "b", "c"].map(model) };
        // The user asks while the first model is read.
        synced ??= queue.syncModel("urgent", "wanted");
        await new Promise((wait) => setTimeout(wait, 100));
        return { result: null, more: [] };
      },
      sync: async ({ externalId }) => void order.push(externalId),
    });
    queue.work(flow, ignore);
    await queue.runNow("urgent");
    await synced;
    expect(order).toHaveLength(5);
    expect(order.slice(0, 3)).toEqual(["page", "a", "wanted"]);
  });

  it("knows what was asked for before and is not done yet", async () => {
    const queue = await openOne("asked");
    expect(await queue.askForModel("asked", "a/b")).toBe(true);
    expect(await queue.askForModel("asked", "a/b")).toBe(false);
    expect(await queue.askForModel("asked", "a/b", "0123")).toBe(true);
    expect(await queue.askForModel("other", "a/b")).toBe(true);
    expect(await queue.askForRun("asked")).toBe(true);
    expect(await queue.askForRun("asked")).toBe(false);
    const read: string[] = [];
    const flow = handlers({
      sync: async ({ sourceId, externalId, revision }) =>
        void read.push(`${sourceId} ${externalId} ${revision}`),
    });
    queue.work(flow, ignore);
    await expect.poll(() => read.length).toBe(3);
    expect(read.toSorted()).toEqual(["asked a/b 0123", "asked a/b null", "other a/b null"]);
    await expect.poll(() => queue.askForModel("asked", "a/b")).toBe(true);
  });

  it("pauses and goes on", async () => {
    const queue = await openOne("paused");
    let ran = 0;
    queue.work(handlers({ work: async () => ({ result: ran++, more: [] }) }), ignore);
    await queue.pause();
    expect(await queue.isPaused()).toBe(true);
    const run = queue.runNow("paused");
    await new Promise((wait) => setTimeout(wait, 500));
    expect(ran).toBe(0);
    await queue.resume();
    await run;
    expect(ran).toBe(1);
  });

  it("keeps one scheduler per source, replaces its pattern and removes it", async () => {
    const queue = await openOne("planned");
    const hourly = await queue.schedule("planned", "17 * * * *");
    expect(hourly?.getUTCMinutes()).toBe(17);
    const later = await queue.schedule("planned", "42 * * * *");
    expect(later?.getUTCMinutes()).toBe(42);
    expect(await queue.isScheduled("planned")).toBe(true);
    expect(await queue.schedule("planned", null)).toBeNull();
    expect(await queue.isScheduled("planned")).toBe(false);
  });

  it("runs what a scheduler plans once for each tick, however many workers there are", async () => {
    const name = "three-workers";
    const queues = [await openOne(name), await openOne(name), await openOne(name)];
    const begun: string[] = [];
    const settled: string[] = [];
    const record = handlers({
      begin: async (id, sourceId) => {
        begun.push(id);
        return { id, sourceId, since: null, startedAt: Date.now() };
      },
      settle: async ({ id }) => {
        settled.push(id);
        return { more: [], failure: null, incomplete: null };
      },
    });
    for (const queue of queues) queue.work(record, ignore);
    // Each process plans when it starts, and all of them mean the same scheduler.
    await Promise.all(queues.map((queue) => queue.schedule("each-second", "* * * * * *")));
    await expect.poll(() => settled.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    await queues[0]!.schedule("each-second", null);
    const isDone = () => settled.toSorted().join() === begun.toSorted().join();
    await expect.poll(isDone, { timeout: 20_000 }).toBe(true);
    // The id of a scheduled run ends in the time of its tick.
    const ticks = begun.map((id) => Number(id.split(":").at(-1)));
    expect(ticks.every((tick) => tick > 0 && tick % 1000 === 0)).toBe(true);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it("tells who waits for a run that the queue has lost it, instead of waiting for ever", async () => {
    const queue = await openOne("forgetful");
    const run = queue.runNow("lost");
    const told = expect(run).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      retryable: true,
    });
    await expect.poll(async () => (await queue.depth()).waiting).toBe(1);
    if (redis) {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    } else {
      const sql = postgres(database.url, { max: 1 });
      await sql`delete from bullmq.job where queue = 'forgetful'`;
      await sql.end();
    }
    await told;
  });

  if (backend === "Postgres") {
    it("has a worker that was made while Postgres took no connection go on when it does", async () => {
      const queue = await openOne("made-too-early");
      const { pathname } = new URL(database.url);
      const server = postgres(database.url, { max: 1, database: "postgres" });
      onTestFinished(() => server.end());
      const letIn = (allowed: boolean) =>
        server.unsafe(`alter database ${pathname.slice(1)} allow_connections ${allowed}`);
      await letIn(false);
      queue.work(handlers(), ignore);
      await delay(300);
      await letIn(true);
      await queue.runNow("goes-on");
    });

    it("has a worker ask for jobs now and then, not in a spin, while Postgres refuses, and go on", async () => {
      const sql = postgres(database.url, { max: 1 });
      onTestFinished(() => sql.end());
      const rename = (from: string, to: string) =>
        sql.unsafe(`alter function bullmq.${from} rename to ${to}`);
      let refusals = 0;
      const count = () => {
        refusals += 1;
      };
      const log = { ...silentLog, debug: count, warn: count } as typeof silentLog;
      const queue = await openOne("refused", { log });
      await rename("move_to_active", "hidden");
      queue.work(handlers(), ignore);
      await delay(1500);
      await rename("hidden", "move_to_active");
      expect(refusals).toBeGreaterThan(0);
      expect(refusals).toBeLessThanOrEqual(3);
      await queue.runNow("goes-on");
    });
  }

  it("tells the asker of a run why it failed and tries it no further", async () => {
    const queue = await openOne("failing");
    const failures: { message: string; next: Date | null }[] = [];
    const gone = new PlimsollError("UPSTREAM_UNAVAILABLE", "not there", { retryable: true });
    const flow = handlers({
      settle: async () => ({ more: [], failure: gone, incomplete: gone }),
    });
    queue.work(flow, (_, error, next) =>
      failures.push({ message: (error as Error).message, next }),
    );
    await expect(queue.runNow("broken")).rejects.toThrow("not there");
    expect(failures).toEqual([{ message: "not there", next: null }]);
  });

  it("plans another attempt for a scheduled run that left something out", async () => {
    const queue = await openOne("incomplete");
    const attempts: (Date | null)[] = [];
    const some = new PlimsollError("UPSTREAM_UNAVAILABLE", "one page", { retryable: true });
    const flow = handlers({
      settle: async () => ({ more: [], failure: null, incomplete: some }),
    });
    queue.work(flow, (_source, _error, next) => attempts.push(next));
    await queue.schedule("incomplete", "* * * * * *");
    await expect.poll(() => attempts.length, { timeout: 5000 }).toBeGreaterThan(0);
    await queue.schedule("incomplete", null);
    const pause = (attempts[0]?.getTime() ?? 0) - Date.now();
    expect(pause).toBeGreaterThan(20_000);
  });
});

describe("the pause before another attempt", () => {
  it("doubles up to a limit", () => {
    const pauses = [1, 2, 3, 10].map((attempts) => nextDelayMs(attempts, new Error("down")));
    expect(pauses).toEqual([30_000, 60_000, 120_000, 900_000]);
  });

  it("is never shorter than what the upstream asked for", () => {
    const details = { retryAfterMs: 300_000 };
    const limited = new PlimsollError("UPSTREAM_RATE_LIMITED", "slow down", { details });
    expect(nextDelayMs(1, limited)).toBe(300_000);
  });
});
