/** A Redis that comes back with nothing in it gets its schedules again, without a restart. */
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { keepPlans } from "../../src/app/keep-plans.ts";
import { openQueue } from "../../src/ingest/queue.ts";
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
  const isKept = () => queue.isScheduled("hourly");
  const plan = async () => void (await queue.schedule("hourly", "0 * * * *"));
  await plan();

  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.flushall();
  expect(await isKept()).toBe(false);

  onTestFinished(keepPlans({ plans: [{ title: "hourly", isKept, plan }], log, everyMs: 50 }));
  await expect.poll(isKept).toBe(true);
});
