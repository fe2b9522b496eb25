/**
 * Which replicas are read from. Each is a copy of the catalog that a test brings up to date by hand:
 * what matters is how far it is, and whether it answers. Real ones are in test/server/replication.test.ts.
 */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect, type Database } from "../../src/db/client.ts";
import { openReplicas } from "../../src/db/replicas.ts";
import { openFeed } from "../../src/events/feed.ts";
import { silentLog as log } from "../../src/log.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { modelRecord } from "../helpers/records.ts";

async function database(): Promise<{ url: string; db: Database }> {
  const created = await createTestDatabase();
  const connection = connect({ url: created.url });
  onTestFinished(async () => {
    await connection.close();
    await created.drop();
  });
  return { url: created.url, db: connection.db };
}

const write = (db: Database, name: string) => writeRecords(db, "test", [modelRecord(name)]);
const FAST = { checkMs: 20, mostLagMs: 200 };

it("takes turns among replicas, and leaves the primary to those who write", async () => {
  const [primary, one, two] = [await database(), await database(), await database()];
  const pool = await openReplicas({
    ...{ primary: primary.db, urls: [one.url, two.url], log },
    ...FAST,
  });
  onTestFinished(() => pool.close());
  const picked = new Set([pool.pick(), pool.pick(), pool.pick()]);
  expect(picked.size).toBe(2);
  expect(picked.has(primary.db)).toBe(false);
});

it("leaves one out that stays behind, until it has caught up", async () => {
  const [primary, replica] = [await database(), await database()];
  const pool = await openReplicas({ primary: primary.db, urls: [replica.url], log, ...FAST });
  onTestFinished(() => pool.close());
  expect(pool.status()).toEqual({ configured: 1, inUse: 1 });
  await write(primary.db, "acme/new");
  await expect.poll(() => pool.status().inUse).toBe(0);
  expect(pool.pick()).toBe(primary.db);
  await write(replica.db, "acme/new");
  await expect.poll(() => pool.status().inUse).toBe(1);
});

it("answers from the primary while a replica is gone", async () => {
  const [primary, replica] = [await database(), await database()];
  const proxy = await startFaultProxy(replica.url);
  const urls = [proxy.through(replica.url)];
  const pool = await openReplicas({ primary: primary.db, urls, log, ...FAST });
  onTestFinished(async () => {
    await pool.close();
    await proxy.close();
  });
  let changes = 0;
  pool.onChange(() => changes++);
  expect(pool.pick()).not.toBe(primary.db);
  await proxy.set({ kind: "refuse" });
  await expect.poll(() => pool.pick() === primary.db, { timeout: 10_000 }).toBe(true);
  await proxy.set({ kind: "pass" });
  await expect.poll(() => pool.pick() === primary.db, { timeout: 10_000 }).toBe(false);
  expect(changes).toBe(2);
});

it("goes on reading from one that missed the last write of a primary that is gone", async () => {
  const [primary, replica] = [await database(), await database()];
  const proxy = await startFaultProxy(primary.url);
  const through = connect({ url: proxy.through(primary.url) });
  const pool = await openReplicas({ primary: through.db, urls: [replica.url], log, ...FAST });
  onTestFinished(async () => {
    await pool.close();
    await through.close();
    await proxy.close();
  });
  await write(primary.db, "acme/last");
  await delay(2 * FAST.checkMs);
  await proxy.set({ kind: "refuse" });
  await delay(2 * FAST.mostLagMs);
  expect(pool.status()).toEqual({ configured: 1, inUse: 1 });
  await proxy.set({ kind: "pass" });
  await expect.poll(() => pool.status().inUse).toBe(0);
});

it("shows the catalog's version only once every replica in use has reached it", async () => {
  const [primary, replica] = [await database(), await database()];
  const pool = await openReplicas({
    ...{ primary: primary.db, urls: [replica.url], log },
    ...{ checkMs: 20, mostLagMs: 60_000 },
  });
  const feed = await openFeed({ db: primary.db, replicas: pool, log });
  onTestFinished(async () => {
    await feed.close();
    await pool.close();
  });
  await write(primary.db, "acme/new");
  expect((await feed.clock.now()).version).toBe(0);
  await write(replica.db, "acme/new");
  // The copy has another log, which real replicas share with their primary; the number is what counts.
  await expect.poll(async () => (await feed.clock.now()).version).toBe(1);
});
