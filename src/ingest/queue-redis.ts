/** The queue over Redis, one server or a cluster. */
import { Queue, QueueEvents, Worker } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { createRedisBudget } from "./budget/redis.ts";
import type { JobData } from "./jobs.ts";
import {
  ASK_AGAIN_MS,
  type Backend,
  type BackendOptions,
  closeInOrder,
  named,
} from "./queue-backend.ts";
import { connectRedis } from "./redis.ts";

/** In braces, so that a cluster keeps all keys of the queue on one node, as its scripts need. */
const PREFIX = "{plimsoll}";

export function overRedis(redisUrl: string, { name, onError }: BackendOptions): Backend {
  const connection = connectRedis(redisUrl, onError);
  const endAll = trackDuplicates(connection);
  const options = { connection, prefix: PREFIX };
  const queue = new Queue<JobData>(name, options);
  const events = new QueueEvents(name, options);
  const workers: Worker<JobData>[] = [];
  return {
    queue,
    events,
    budget: createRedisBudget(connection),
    makeWorker(process, settings) {
      const pause = { runRetryDelay: ASK_AGAIN_MS };
      const worker = new Worker<JobData>(name, named(process), {
        ...pause,
        ...settings,
        ...options,
      });
      workers.push(worker);
      return worker;
    },
    async close(force = false) {
      // Nothing can be handed back to a Redis that is gone; another worker takes what stalls.
      const isThere = connection.status === "ready";
      const closing = closeInOrder({ workers, events, queue }, force || !isThere);
      if (isThere && !force) await closing;
      else closing.catch(() => {});
      endAll();
    },
  };
}

/**
 * BullMQ makes connections of its own from this one, and waits for each of them before it lets it go:
 * without end where there is no Redis. Gives the function that ends them all.
 */
function trackDuplicates(connection: Redis | Cluster): () => void {
  const all = [connection];
  const duplicate = connection.duplicate.bind(connection) as (...words: never[]) => Redis;
  connection.duplicate = (...words: never[]) => {
    const made = duplicate(...words);
    all.push(made);
    return made as never;
  };
  return () => {
    for (const each of all) each.disconnect();
  };
}
