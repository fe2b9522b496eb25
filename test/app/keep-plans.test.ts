/** A Redis that comes back with nothing in it gets its schedules again, without a restart. */
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { keepPlans } from "../../src/app/keep-plans.ts";
import type { PlannedSource } from "../../src/app/sources.ts";
import { openQueue } from "../../src/ingest/queue.ts";
import { overridesSource } from "../../src/ingest/sources/overrides/index.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { redisAvailable, startRedis } from "../helpers/queue-backends.ts";

const database = useTestDatabase();

it.skipIf(!redisAvailable)("plans again what a Redis has lost", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { url: databaseUrl } = database;
  const queue = await openQueue({ databaseUrl, redisUrl: redis.url, name: "kept", log });
  onTestFinished(() => queue.close());
  const source = overridesSource();
  const hourly: PlannedSource = { source, schedule: "0 * * * *", bundled: false, enabled: true };
  const never: PlannedSource = { ...hourly, source: { ...source, id: "never" }, schedule: null };
  const plan = async ({ source: { id }, schedule }: PlannedSource) =>
    void (await queue.schedule(id, schedule));
  await plan(hourly);

  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.flushall();
  expect(await queue.isScheduled(source.id)).toBe(false);

  onTestFinished(keepPlans({ queue, planned: [hourly, never], plan, log, everyMs: 50 }));
  await expect.poll(() => queue.isScheduled(source.id)).toBe(true);
  expect(await queue.isScheduled("never")).toBe(false);
});
