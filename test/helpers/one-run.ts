/** Does one run of one part over the Redis that its argument names, says "settled" and ends. */
import { openQueue } from "../../src/ingest/queue.ts";
import { silentLog } from "../../src/log.ts";

try {
  const queue = await openQueue({ databaseUrl: "", redisUrl: process.argv[2]!, log: silentLog });
  queue.work(
    {
      begin: async (id, sourceId) => ({ id, sourceId, since: null, startedAt: Date.now() }),
      work: async () => ({ result: null, more: [] }),
      settle: async () => {
        console.log("settled");
        return { more: [], failure: null, incomplete: null };
      },
      sync: async () => {},
    },
    () => {},
  );
  await queue.runNow("a-source");
  await queue.close();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
