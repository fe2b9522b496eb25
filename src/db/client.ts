/**
 * The connection to Postgres: postgres.js with Drizzle over it. Plain numbers come back for 64-bit
 * columns because every count and byte size of the catalog is far below 2^53.
 */
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";
import { keepQueries } from "./kept-queries.ts";
import { observed, type StatementObserver } from "./observe.ts";
import { preparing } from "./prepared.ts";
import { relations } from "./relations.ts";
import { watchedSockets } from "./socket.ts";
import { endLostTransactions } from "./transactions.ts";

export type Database = PostgresJsDatabase<typeof relations> & { $client: Sql };
/** What both a database and an open transaction can do. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface ConnectOptions {
  url: string;
  /** Most connections this pool may open. */
  maxConnections?: number;
  /** Milliseconds after which Postgres ends a statement of this pool. */
  statementTimeoutMs?: number;
  /** Called with every statement, for tests that count them. */
  onQuery?: (query: string) => void;
  /** Told of every statement and its end, for metrics and traces. */
  observe?: StatementObserver;
}

export interface Connection {
  db: Database;
  close(): Promise<void>;
}

/** What a statement that was ended in time may be late by. */
const SILENCE_MARGIN_MS = 5_000;
/** A connection is replaced after this time, and with it the statements that it has prepared. */
const LIFETIME_MS = 30 * 60_000;

/** Of all connections, one in so many is for statements that are planned anew for their values. */
const PLANNING_ONE_IN = 4;

/** Opens a pool. Nothing is sent before the first query, so this never fails by itself. */
export function connect(options: ConnectOptions): Connection {
  const most = options.maxConnections ?? 10;
  const planning = Math.ceil(most / PLANNING_ONE_IN);
  const client = open(options, Math.max(1, most - planning));
  const planned = open(options, planning, { plan_cache_mode: "force_custom_plan" });
  const { onQuery } = options;
  const db = drizzle({
    client: preparing(client, planned, LIFETIME_MS),
    relations,
    jit: true,
    logger: onQuery ? { logQuery: (query) => onQuery(query) } : false,
  });
  keepQueries(db);
  return {
    db,
    async close() {
      await Promise.all([client, planned].map((each) => each.end({ timeout: 5 })));
    },
  };
}

function open(
  { url, statementTimeoutMs = 30_000, observe }: ConnectOptions,
  most: number,
  settings: Record<string, string> = {},
): Sql {
  const client = postgres(url, {
    // Without a limit on statements any silence may be work.
    ...(statementTimeoutMs > 0 ? watchedSockets(statementTimeoutMs + SILENCE_MARGIN_MS) : {}),
    max: most,
    connect_timeout: 10,
    // Quick to come back, and an outage is told at once rather than after the default's 20 s.
    backoff: (failures: number) => Math.min(0.05 * 2 ** failures, 1),
    idle_timeout: 60,
    max_lifetime: LIFETIME_MS / 1000,
    onnotice: () => {},
    // As text, because the driver leaves out what is 0 or false.
    connection: {
      application_name: "plimsoll",
      statement_timeout: statementTimeoutMs,
      // Disks without moving parts; the default of 4 prefers reading whole tables to an index.
      random_page_cost: 1.1,
      // Statements take milliseconds, compiling one takes a hundred.
      jit: "off",
      // Requests are many and short; starting a helper process takes longer than most of them.
      max_parallel_workers_per_gather: "0",
      // How alike two words must be to count as a typing mistake (`qwne` and `qwen`: 0.4).
      "pg_trgm.word_similarity_threshold": 0.4,
      ...settings,
    },
  });
  endLostTransactions(client);
  return observed(client, observe);
}
