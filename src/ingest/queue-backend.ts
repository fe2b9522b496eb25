/**
 * The two backends of the queue. BullMQ runs over Redis where a URL is given and otherwise over the
 * same Postgres as the catalog; this is the one file that knows which of the two it is. What workers
 * share beside their jobs, the rate budget, lives in the same place.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  type Job,
  LATEST_SCHEMA_VERSION,
  Queue,
  QueueEvents,
  runMigrations,
  SchemaMigrationRequiredError,
  Worker,
  type WorkerOptions,
  withBackend,
} from "bullmq";
import pg from "pg";
import { loggingAbout } from "../log.ts";
import { createPostgresBudget, setUpBudget } from "./budget/postgres.ts";
import { createRedisBudget } from "./budget/redis.ts";
import type { Budget } from "./http/budget.ts";
import type { JobData } from "./jobs.ts";
import { connectRedis } from "./redis.ts";

export interface BackendOptions {
  databaseUrl: string;
  redisUrl: string | null;
  name: string;
  onError: (error: Error) => void;
}

export type Processor = (job: Job<JobData>, token: string | undefined) => Promise<unknown>;

export interface Backend {
  queue: Queue<JobData>;
  events: QueueEvents;
  budget: Budget;
  makeWorker(process: Processor, options: Omit<WorkerOptions, "connection">): Worker<JobData>;
  /** Lets go of what the queue, its events and its workers do not close themselves. */
  close(): Promise<void>;
}

export async function connectBackend(options: BackendOptions): Promise<Backend> {
  const { redisUrl } = options;
  return redisUrl === null ? overPostgres(options) : overRedis(options, redisUrl);
}

/** A connection that a firewall has forgotten answers nothing; it is given up rather than waited for. */
const TIME_LIMITS = { connectionTimeoutMillis: 10_000, query_timeout: 30_000, keepAlive: true };

/** Pause before a worker that could not ask for a job asks again. */
const ASK_AGAIN_MS = 1000;

/** In braces, so that a cluster keeps all keys of the queue on one node, as its scripts need. */
const PREFIX = "{plimsoll}";

function overRedis({ name, onError }: BackendOptions, redisUrl: string): Backend {
  const connection = connectRedis(redisUrl, onError);
  const options = { connection, prefix: PREFIX };
  return {
    queue: new Queue<JobData>(name, options),
    events: new QueueEvents(name, options),
    budget: createRedisBudget(connection),
    makeWorker: (process, settings) =>
      new Worker<JobData>(name, named(process), {
        runRetryDelay: ASK_AGAIN_MS,
        ...settings,
        ...options,
      }),
    close: async () => void (await connection.quit().catch(() => {})),
  };
}

async function overPostgres({ databaseUrl, name, onError }: BackendOptions): Promise<Backend> {
  await migrateQueue(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, ...TIME_LIMITS });
  pool.on("error", onError);
  const postgres = withBackend(createCalmBackend);
  // A crash of Postgres may then forget the last jobs that ended: they are done again, to no effect.
  const options = "-c synchronous_commit=off";
  const connection = { connectionString: databaseUrl, max: 3, options, ...TIME_LIMITS };
  // BullMQ's own classes are generic in the backend; the two sets differ in nothing that is used here.
  return {
    queue: new postgres.Queue<JobData>(name, { connection }) as unknown as Queue<JobData>,
    events: new postgres.QueueEvents(name, { connection }) as unknown as QueueEvents,
    budget: createPostgresBudget(pool),
    makeWorker: (process, settings) =>
      new postgres.Worker<JobData>(name, named(process) as never, {
        runRetryDelay: ASK_AGAIN_MS,
        ...settings,
        connection,
      }) as unknown as Worker<JobData>,
    close: () => pool.end(),
  };
}

/**
 * A worker asks again at once after any failure but a lost connection. A Postgres that has none left to
 * give would be asked without a pause, by a loop that takes a whole core.
 */
const createCalmBackend: typeof createPostgresBackend = (...words) => {
  const backend = createPostgresBackend(...words);
  const take = backend.moveToActive.bind(backend);
  backend.moveToActive = async (token, name) => {
    try {
      return await take(token, name);
    } catch (error) {
      await delay(ASK_AGAIN_MS);
      throw error;
    }
  };
  return backend;
};

/** What a job logs carries its id, and the attempt. */
function named(process: Processor): Processor {
  return (job, token) =>
    loggingAbout({ jobId: job.id, job: job.name, attempt: job.attemptsMade + 1 }, () =>
      process(job, token),
    );
}

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
