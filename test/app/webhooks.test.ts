/** Webhooks through the queue, on every backend that this machine has. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startWebhooks } from "../../src/app/webhooks.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { type RedisForTests, redisAvailable, startRedis } from "../helpers/queue-backends.ts";
import { modelRecord } from "../helpers/records.ts";
import { endpointAt, type Received, startReceiver } from "../helpers/webhooks.ts";

const TOLD = { timeout: 20_000, interval: 50 };
const told = (received: Received[]) => received.map(({ body }) => JSON.parse(body).data.modelSlug);

describe.each([
  { backend: "Postgres", available: true },
  { backend: "Redis", available: redisAvailable },
])("webhooks over $backend", { timeout: 60_000 }, ({ backend, available }) => {
  if (!available) {
    it.skip("need a Redis server", () => {});
    return;
  }
  const database = useTestDatabase();
  let connection: Connection;
  let redis: RedisForTests | null = null;

  beforeAll(async () => {
    connection = connect({ url: database.url });
    if (backend === "Redis") redis = await startRedis();
  });
  afterAll(async () => {
    await connection.close();
    await redis?.stop();
  });

  const add = (id: string) => writeRecords(connection.db, "test", [modelRecord(id)]);

  async function configure(id: string, url: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-webhooks-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "webhooks.json");
    await writeFile(path, JSON.stringify([endpointAt(id, url)]));
    return path;
  }

  async function start(webhooksFile: string, { db, log } = { ...connection, log: silentLog }) {
    const worker = await startWebhooks({
      ...{ db, log, databaseUrl: database.url, queueName: webhooksFile.replace(/\W/g, "-") },
      config: { webhooksFile, redisUrl: redis?.url ?? null },
      ...{ sweepMs: 200, firstRetryMs: 100, keepMs: 5 },
    });
    return worker!;
  }

  it("are told by one of any number of workers, tried again, and go on over a restart", async () => {
    const { url, received } = await startReceiver(503);
    const file = await configure("several", url);
    const workers = await Promise.all([start(file), start(file), start(file)]);
    await add("hooks/first");
    await expect.poll(() => received.length, TOLD).toBe(2);
    await Promise.all(workers.map((worker) => worker.close()));
    await add("hooks/second");
    const again = await start(file);
    await expect.poll(() => received.length, TOLD).toBe(3);
    await again.close();
    expect(told(received)).toEqual(["first", "first", "second"]);
  });

  it("name the job in the line that says what failed", async () => {
    const { url } = await startReceiver(500);
    const lines: string[] = [];
    const log = createLog("warn", { isTTY: false, write: (line) => lines.push(String(line)) > 0 });
    const worker = await start(await configure("logged", url), { ...connection, log });
    onTestFinished(() => worker.close());
    await add("hooks/logged");
    await expect.poll(() => lines.length, TOLD).toBeGreaterThan(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      jobId: expect.any(String),
      reason: "It answered with 500.",
    });
  });

  it("go on at once after an outage of the catalog's own database", async () => {
    const { url, received } = await startReceiver();
    const proxy = await startFaultProxy(database.url);
    const cut = connect({ url: proxy.through(database.url) });
    onTestFinished(async () => {
      await cut.close();
      await proxy.close();
    });
    const lines: string[] = [];
    const log = createLog("warn", { isTTY: false, write: (line) => lines.push(String(line)) > 0 });
    const worker = await start(await configure("outage", url), { ...cut, log });
    onTestFinished(() => worker.close());
    await proxy.set({ kind: "refuse" });
    await add("hooks/meanwhile");
    await sleep(2_000); // several sweeps
    await proxy.set({ kind: "pass" });
    await expect.poll(() => told(received), TOLD).toEqual(["meanwhile"]);
    expect(lines).toEqual([]);
  });

  it.runIf(backend === "Redis")("go on after their Redis has lost everything", async () => {
    const { url, received } = await startReceiver();
    const worker = await start(await configure("lost", url));
    onTestFinished(() => worker.close());
    const admin = new Redis(redis!.url);
    onTestFinished(() => admin.disconnect());
    await admin.flushall();
    await add("hooks/after");
    await expect.poll(() => told(received), TOLD).toEqual(["after"]);
  });
});
