/** What the ingester needs of its queue, on every backend that this machine has. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlimsollError } from "../../src/errors.ts";
import { nextDelayMs } from "../../src/ingest/backoff.ts";
import { type IngestQueue, openQueue } from "../../src/ingest/queue.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";

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

  async function openOne(name: string): Promise<IngestQueue> {
    const { url: databaseUrl } = database;
    const redisUrl = redis?.url ?? null;
    const queue = await openQueue({ databaseUrl, redisUrl, name, log: silentLog });
    open.push(queue);
    return queue;
  }

  it("runs a job asked for by hand and says when it has ended", async () => {
    const queue = await openOne("by-hand");
    const ran: string[] = [];
    queue.work(
      async (sourceId) => void ran.push(sourceId),
      () => {},
    );
    await queue.runNow("by-hand");
    expect(ran).toEqual(["by-hand"]);
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
    const record = async (sourceId: string) => void ran.push(sourceId);
    for (const queue of [one, two]) queue.work(record, () => {});
    for (const queue of [one, two]) await queue.schedule("each-second", "* * * * * *");
    await expect.poll(() => ran.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    await one.schedule("each-second", null);
    const seconds = ran.length;
    // Two workers running every occurrence twice would have doubled the pace of one a second.
    expect(seconds).toBeLessThanOrEqual(4);
  });

  it("reports a failed run with the error and, when it is final, no further attempt", async () => {
    const queue = await openOne("failing");
    const failures: { message: string; next: Date | null }[] = [];
    queue.work(
      async (sourceId) => {
        if (sourceId !== "broken") return;
        throw new PlimsollError("UPSTREAM_MISSING", "gone for good");
      },
      (_, error, next) => failures.push({ message: (error as Error).message, next }),
    );
    await expect(queue.runNow("broken")).rejects.toThrow("gone for good");
    await expect.poll(() => failures).toEqual([{ message: "gone for good", next: null }]);
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
