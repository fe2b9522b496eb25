/** What the ingester needs of its queue, on every backend that this machine has. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlimsollError } from "../../src/errors.ts";
import { nextDelayMs } from "../../src/ingest/backoff.ts";
import type { FlowHandlers, Part, PartData } from "../../src/ingest/jobs.ts";
import { type IngestQueue, openQueue, type QueueOptions } from "../../src/ingest/queue.ts";
import { silentLog } from "../../src/log.ts";
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
  const open: IngestQueue[] = [];

  beforeAll(async () => {
    if (backend === "Redis") redis = await startRedis();
  });
  afterAll(async () => {
    for (const queue of open) await queue.close();
    await redis?.stop();
  });

  async function openOne(name: string, options: Partial<QueueOptions> = {}): Promise<IngestQueue> {
    const { url: databaseUrl } = database;
    const redisUrl = redis?.url ?? null;
    const queue = await openQueue({ databaseUrl, redisUrl, name, log: silentLog, ...options });
    open.push(queue);
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
    expect(await queue.schedule("planned", null)).toBeNull();
  });

  it("runs what a scheduler plans, once however many workers there are", async () => {
    const [one, two] = [await openOne("two-workers"), await openOne("two-workers")];
    const ran: string[] = [];
    const record = handlers({
      begin: async (id, sourceId) => {
        ran.push(id);
        return { id, sourceId, since: null, startedAt: Date.now() };
      },
    });
    for (const queue of [one, two]) queue.work(record, ignore);
    for (const queue of [one, two]) await queue.schedule("each-second", "* * * * * *");
    await expect.poll(() => ran.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    await one.schedule("each-second", null);
    // Two workers running every occurrence twice would have begun some run twice.
    expect(new Set(ran).size).toBe(ran.length);
    expect(ran.length).toBeLessThanOrEqual(4);
  });

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
