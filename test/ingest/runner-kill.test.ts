/**
 * A worker that is killed in the middle of a run: another one takes it up, and the catalog and its
 * events end as if nothing had happened. `scripts/kill-workers.ts` does the same many more times.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";
import { type SimulatedHub, startSimulatedHub } from "../helpers/simulated-hub/index.ts";
import { type CatalogState, runKilled } from "../helpers/simulated-hub/kills.ts";

const organizations = 4;
let hub: SimulatedHub;
let redis: RedisForTests | null = null;
let undisturbed: CatalogState;

beforeAll(async () => {
  hub = await startSimulatedHub({ count: 80, organizations, latencyMs: 20 });
  if (redisAvailable) redis = await startRedis();
  undisturbed = await run(null, null);
});
afterAll(async () => {
  await redis?.stop();
  await hub.close();
});

/** A run over a database of its own, and over a Redis that has forgotten the last run. */
async function run(killAfterMs: number | null, redisUrl: string | null): Promise<CatalogState> {
  const database = await createTestDatabase();
  const start = { databaseUrl: database.url, redisUrl, endpoint: hub.url, organizations };
  return runKilled({ ...start, killAfterMs }).finally(() => database.drop());
}

describe("a run whose worker is killed", { timeout: 120_000 }, () => {
  it.each([60, 400])("after %i ms, over Postgres, ends as one that was left alone", async (ms) => {
    const undisturbed = await run(null, null);
    expect(undisturbed.models?.length).toBeGreaterThan(60);
    expect(await run(ms, null)).toEqual(undisturbed);
  });

  it.runIf(redisAvailable)(
    "after 150 ms, over Redis, ends as one that was left alone",
    async () => {
      expect(await run(150, redis!.url)).toEqual(undisturbed);
    },
  );
});
