/** The queue over Postgres: BullMQ's own tables, in the database of the catalog. */
import { setTimeout as delay } from "node:timers/promises";
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  type Queue,
  type QueueEvents,
  runMigrations,
  SchemaMigrationRequiredError,
  type Worker,
  withBackend,
} from "bullmq";
import pg from "pg";
import { createPostgresBudget, setUpBudget } from "./budget/postgres.ts";
import type { JobData } from "./jobs.ts";
import {
  ASK_AGAIN_MS,
  type Backend,
  type BackendOptions,
  closeInOrder,
  named,
} from "./queue-backend.ts";

/** A connection that a firewall has forgotten answers nothing; it is given up rather than waited for. */
const TIME_LIMITS = { connectionTimeoutMillis: 10_000, query_timeout: 30_000, keepAlive: true };

export async function overPostgres(
  databaseUrl: string,
  { name, onError }: BackendOptions,
): Promise<Backend> {
  await migrateQueue(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, ...TIME_LIMITS });
  pool.on("error", onError);
  const postgres = withBackend(createCalmBackend);
  // A crash of Postgres may then forget the last jobs that ended: they are done again, to no effect.
  const options = "-c synchronous_commit=off";
  const connection = { connectionString: databaseUrl, max: 3, options, ...TIME_LIMITS };
  // BullMQ's own classes are generic in the backend; the two sets differ in nothing that is used here.
  const queue = new postgres.Queue<JobData>(name, { connection }) as unknown as Queue<JobData>;
  const events = new postgres.QueueEvents(name, { connection }) as unknown as QueueEvents;
  const workers: Worker<JobData>[] = [];
  return {
    queue,
    events,
    budget: createPostgresBudget(pool),
    makeWorker(process, settings) {
      const pause = { runRetryDelay: ASK_AGAIN_MS };
      const options = { ...pause, ...settings, connection };
      const worker = new postgres.Worker<JobData>(name, named(process) as never, options);
      workers.push(worker as unknown as Worker<JobData>);
      return worker as unknown as Worker<JobData>;
    },
    async close(force = false) {
      await closeInOrder({ workers, events, queue }, force);
      await pool.end();
    },
  };
}

/**
 * BullMQ looks at its tables once for each of its objects. Where Postgres was gone at that moment, it gives
 * that failure to every later question, so a worker that was made then would never take a job. The look is
 * left out: `migrateQueue` has had it.
 *
 * A worker asks again at once after any failure but a lost connection. A Postgres that has none left to
 * give would be asked without a pause, by a loop that takes a whole core.
 */
const createCalmBackend: typeof createPostgresBackend = (...words) => {
  const backend = createPostgresBackend(...words);
  backend.connection.waitUntilReady = async () => {};
  const take = backend.moveToActive.bind(backend);
  backend.moveToActive = async (token, name) => {
    try {
      return await take(token, name);
    } catch (error) {
      await delay(ASK_AGAIN_MS);
      throw error;
    }
  };
  // The name tells who looks at the server's connections whose one is; without it, events are heard as well.
  const name = backend.setName.bind(backend);
  backend.setName = (as) => name(as).catch(() => {});
  return backend;
};

/** Brings the queue's tables to this release. A queue that is current needs no right to change them. */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  // One that is lost between two statements is told by the next of them.
  client.on("error", () => {});
  await client.connect();
  try {
    const version = await assertSchemaCompatibility(client).catch((error) => {
      if (error instanceof SchemaMigrationRequiredError) return 0;
      throw error;
    });
    // BullMQ never migrates by itself; its migration takes its own lock.
    if (version < LATEST_SCHEMA_VERSION) await runMigrations(client);
    await setUpBudget(client);
  } finally {
    await client.end();
  }
}
