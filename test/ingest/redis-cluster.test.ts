/** The queue over a Redis Cluster of one node: all its keys have to be in one slot. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { openQueue } from "../../src/ingest/queue.ts";
import { silentLog as log } from "../../src/log.ts";
import { ownRedisAvailable, startOwnRedis } from "../helpers/queue-backends.ts";

it.skipIf(!ownRedisAvailable)("takes and does jobs in a cluster", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-cluster-"));
  const node = await startOwnRedis(
    ...["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", "--dir", folder],
  );
  onTestFinished(async () => {
    await node.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const client = new Redis(node.url);
  client.on("error", () => {});
  await client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  const state = () => client.call("CLUSTER", "INFO");
  await expect.poll(state, { timeout: 15_000 }).toContain("cluster_state:ok");
  client.disconnect();

  const redisUrl = node.url.replace("redis://", "redis+cluster://");
  const queue = await openQueue({ databaseUrl: "", redisUrl, log });
  onTestFinished(() => queue.close());
  const read: string[] = [];
  queue.work(
    {
      begin: async (id, sourceId) => ({ id, sourceId, since: null, startedAt: Date.now() }),
      work: async () => ({ result: null, more: [] }),
      settle: async ({ sourceId }) => {
        read.push(sourceId);
        return { more: [], failure: null, incomplete: null };
      },
      sync: async () => {},
    },
    () => {},
  );
  expect(await queue.schedule("planned", "17 * * * *")).not.toBeNull();
  await queue.runNow("a-source");
  expect(read).toEqual(["a-source"]);
  expect(await queue.budget.take("host api")).toBe(0);
});
