/** Which of its two backends the queue is kept in. */
import type { Backend, BackendOptions } from "./queue-backend.ts";
import { overPostgres } from "./queue-postgres.ts";
import { overRedis } from "./queue-redis.ts";

export interface QueuePlace {
  databaseUrl: string;
  /** Null: the queue is kept in Postgres. */
  redisUrl: string | null;
}

export async function connectBackend(
  { databaseUrl, redisUrl }: QueuePlace,
  options: BackendOptions,
): Promise<Backend> {
  return redisUrl === null ? overPostgres(databaseUrl, options) : overRedis(redisUrl, options);
}
