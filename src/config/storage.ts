/**
 * The variables that say where things are kept: the database, its read replicas, and the Redis of the
 * job queue and the rate limits.
 */
import * as z from "zod";
import { list, urlOf } from "./values.ts";

/** One server, or the first nodes of a cluster. */
const REDIS_PROTOCOLS = ["redis:", "rediss:", "redis+cluster:", "rediss+cluster:"];

export const storageVariables = {
  DATABASE_URL: urlOf("postgres:", "postgresql:")
    .optional()
    .describe("A Postgres 14+ to use in place of the embedded one."),
  DATABASE_REPLICA_URLS: z
    .string()
    .default("")
    .transform(list)
    .pipe(z.array(urlOf("postgres:", "postgresql:")))
    .describe("Read replicas of that Postgres, separated by commas; the API reads from them."),
  DATABASE_POOL_SIZE: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(2, "must be at least 2")
    .max(1000, "must be at most 1000")
    .default(10)
    .describe("Most connections of one process to each Postgres."),
  REDIS_URL: z
    .string()
    .transform(list)
    .pipe(z.array(urlOf(...REDIS_PROTOCOLS)))
    .optional()
    .describe(
      "A Redis for the job queue and shared rate limits; rediss:// for TLS, several addresses or redis+cluster:// for a cluster.",
    ),
};

const storageValues = z.object(storageVariables);

export interface StorageConfig {
  /** Null: the embedded Postgres. */
  databaseUrl: string | null;
  replicaUrls: string[];
  databasePoolSize: number;
  /** Addresses separated by commas; null: the queue is kept in Postgres. */
  redisUrl: string | null;
}

export function readStorage(values: z.infer<typeof storageValues>): StorageConfig {
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    replicaUrls: values.DATABASE_REPLICA_URLS,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrl: values.REDIS_URL?.join(",") ?? null,
  };
}
