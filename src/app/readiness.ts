/**
 * Whether a process is to be sent work now. What keeps it from doing its work are reasons against it;
 * what it can do without for a while is told beside them.
 */
import type { Database } from "../db/client.ts";
import { pendingMigrations } from "../db/migrate.ts";
import type { ReadPool } from "../db/replicas.ts";
import { messageOf } from "../errors.ts";
import type { EventFeed } from "../events/feed.ts";
import type { Readiness } from "../server/health.ts";
import type { QueueAccess } from "./queue-access.ts";

export interface ReadinessDeps {
  db: Database;
  queue: QueueAccess;
  /** Null in a process without an API. */
  feed: EventFeed | null;
  /** Null where no replicas are configured. */
  pool?: ReadPool | null;
  /** Whether the API's port is open, for who asks on another. */
  isListening?: () => boolean;
}

/** Milliseconds for a part to answer; a probe is not kept waiting. */
const PART_MS = 2_000;

/** An API answers from the database; its queue and its notifications can wait. */
export function apiReadiness(deps: ReadinessDeps): () => Promise<Readiness> {
  const { db, feed, queue, pool, isListening = () => true } = deps;
  return async () => {
    const reasons = await databaseTrouble(db);
    if (!isListening()) reasons.push("The API does not listen yet.");
    const warnings = await queueTrouble(queue);
    if (feed && !feed.listening) {
      warnings.push(
        "The connection that listens for events is lost; subscribers get them when it is back.",
      );
    }
    const { configured = 0, inUse = 0 } = pool?.status() ?? {};
    if (inUse < configured) {
      warnings.push(`Of ${configured} replicas ${configured - inUse} are gone or far behind.`);
    }
    return { ready: reasons.length === 0, reasons, warnings };
  };
}

/** A worker needs its queue. */
export function workerReadiness({ db, queue }: ReadinessDeps): () => Promise<Readiness> {
  return async () => {
    const [database, jobs] = await Promise.all([databaseTrouble(db), queueTrouble(queue)]);
    const opening = (await queue.peek()) === null ? ["The job queue is not open yet."] : [];
    const reasons = [...database, ...jobs, ...opening];
    return { ready: reasons.length === 0, reasons };
  };
}

async function databaseTrouble(db: Database): Promise<string[]> {
  try {
    const pending = await within(pendingMigrations(db.$client));
    if (pending.length === 0) return [];
    return [`The database lacks ${pending.length} migrations: run \`plimsoll migrate\`.`];
  } catch (error) {
    return [`The database cannot be reached: ${messageOf(error)}`];
  }
}

/** Nothing is wrong with a queue that this process has not opened. */
async function queueTrouble(access: QueueAccess): Promise<string[]> {
  try {
    const queue = await within(access.peek());
    if (queue) await within(queue.isPaused());
    return [];
  } catch (error) {
    return [`The job queue cannot be reached: ${messageOf(error)}`];
  }
}

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`There was no answer for ${PART_MS / 1000} s.`));
    const timer = setTimeout(late, PART_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
