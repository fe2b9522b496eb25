/** One budget for all workers: the same promises wherever it is kept. */
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPostgresBudget, setUpBudget } from "../../src/ingest/budget/postgres.ts";
import { createRedisBudget } from "../../src/ingest/budget/redis.ts";
import { type Announced, type Budget, LocalBudget } from "../../src/ingest/http/budget.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";

const announced = (changes: Partial<Announced> = {}): Announced => ({
  remaining: 3,
  resetMs: 60_000,
  quota: 5,
  windowMs: 60_000,
  ...changes,
});

describe.each([
  { place: "this process", available: true },
  { place: "Postgres", available: true },
  { place: "Redis", available: redisAvailable },
])("the budget in $place", ({ place, available }) => {
  if (!available) {
    it.skip("needs a Redis server", () => {});
    return;
  }
  const database = useTestDatabase();
  let one: Budget;
  /** The same budget as another worker sees it. */
  let two: Budget;
  let redis: RedisForTests | null = null;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    if (place === "this process") {
      one = two = new LocalBudget();
    } else if (place === "Postgres") {
      const pools = [1, 2].map(() => new pg.Pool({ connectionString: database.url, max: 2 }));
      for (const pool of pools) closers.push(() => pool.end());
      // Two workers that start at once both see to it that the table is there.
      await Promise.all(
        pools.map(async (pool) => {
          const client = await pool.connect();
          await setUpBudget(client).finally(() => client.release());
        }),
      );
      [one, two] = pools.map(createPostgresBudget) as [Budget, Budget];
    } else {
      redis = await startRedis();
      const clients = [1, 2].map(() => new Redis(redis!.url));
      for (const client of clients) closers.push(() => client.quit());
      [one, two] = clients.map(createRedisBudget) as [Budget, Budget];
    }
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await redis?.stop();
  });

  it("lets everything through while a host has announced nothing", async () => {
    for (let request = 0; request < 10; request++) expect(await one.take("free")).toBe(0);
  });

  it("is spent by all workers together, and then says when it comes back", async () => {
    await one.learn("hub", announced());
    const waits = [await one.take("hub"), await two.take("hub"), await one.take("hub")];
    expect(waits).toEqual([0, 0, 0]);
    const wait = await two.take("hub");
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    expect(await one.take("another")).toBe(0);
  });

  it("is not overdrawn by requests that leave at once", async () => {
    await one.learn("rush", announced({ remaining: 20 }));
    const takes = Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).take("rush"));
    const waits = await Promise.all(takes);
    expect(waits.filter((ms) => ms === 0)).toHaveLength(20);
  });

  it("gives nothing back for an answer that comes late", async () => {
    await one.learn("late", announced({ remaining: 1 }));
    expect(await one.take("late")).toBe(0);
    await two.learn("late", announced({ remaining: 4 }));
    expect(await one.take("late")).toBeGreaterThan(0);
  });

  it("starts the next window with the whole quota, before its first answer", async () => {
    await one.learn("window", announced({ remaining: 0, resetMs: 100, quota: 2 }));
    expect(await one.take("window")).toBeGreaterThan(0);
    await new Promise((wait) => setTimeout(wait, 150));
    expect([await one.take("window"), await two.take("window")]).toEqual([0, 0]);
    expect(await one.take("window")).toBeGreaterThan(50_000);
  });

  it("is not misled by an answer of the window before", async () => {
    await one.learn("before", announced({ remaining: 2, resetMs: 60_000 }));
    await two.learn("before", announced({ remaining: 0, resetMs: 500 }));
    expect(await one.take("before")).toBe(0);
  });
});
