/** A Redis that was never there, or has gone, must not keep a process that is asked to stop. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { openQueue } from "../../src/ingest/queue.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { startPlimsoll } from "../helpers/plimsoll.ts";
import { ownRedisAvailable, startOwnRedis } from "../helpers/queue-backends.ts";

const database = useTestDatabase();

it("a queue that could not be opened tries no further", { timeout: 60_000 }, async () => {
  let attempts = 0;
  const nobody = createServer((socket) => {
    attempts++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(nobody, "listening");
  onTestFinished(() => void nobody.close());
  const redisUrl = `redis://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
  await expect(openQueue({ databaseUrl: database.url, redisUrl, log })).rejects.toThrow(
    "REDIS_URL",
  );
  await delay(200);
  const before = attempts;
  expect(before).toBeGreaterThan(2);
  await delay(4_000);
  expect(attempts).toBe(before);
});

describe("a process that is asked to stop", { timeout: 90_000 }, () => {
  it("ends where there never was a Redis", async () => {
    const variables = { DATABASE_URL: database.url, REDIS_URL: "redis://127.0.0.1:1" };
    const plimsoll = await startPlimsoll(variables, "start");
    const askedAt = performance.now();
    expect(await plimsoll.stop("SIGTERM")).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(20_000);
  });

  it.runIf(ownRedisAvailable)("ends after its Redis has gone", async () => {
    const redis = await startOwnRedis();
    const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    const plimsoll = await startPlimsoll(variables, "start");
    await redis.stop();
    await delay(1_000);
    expect(await plimsoll.stop("SIGTERM")).toBe(0);
  });
});
