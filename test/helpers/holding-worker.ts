/**
 * A worker of the queue that takes the first part it gets, says so and never lets go of it: to be
 * killed by a test. Its argument is JSON with the options of the queue.
 */
import { openQueue } from "../../src/ingest/queue.ts";
import { silentLog } from "../../src/log.ts";

const queue = await openQueue({ ...JSON.parse(process.argv[2]!), log: silentLog });
queue.work(
  {
    begin: async (id, sourceId) => ({ id, sourceId, since: null, startedAt: Date.now() }),
    work: ({ part }) => {
      console.log(`holding ${part.kind}`);
      return new Promise(() => {});
    },
    settle: async () => ({ more: [], failure: null, incomplete: null }),
    sync: async () => {},
  },
  () => {},
);
