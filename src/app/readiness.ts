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
import { within } from "../within.ts";
import type { QueueAccess } from "./queue-access.ts";

export interface ReadinessDeps {
  db: Database;
  queue: QueueAccess;
  /** Null in a process without an API. */
  feed: EventFeed | null;
  /** Null where no replicas are configured. */
  pool?: ReadPool | null;
}

/** Milliseconds for a part to answer; a probe is not kept waiting. */
const PART_MS = 2_000;

/** What is said on another port for an API whose own is not open yet. */
export const NOT_LISTENING: Readiness = { ready: false, reasons: ["The API does not listen yet."] };

/**
 * An API answers from the database, or from its replicas while that is gone; its queue and its
 * notifications can wait.
 */
export function apiReadiness({ db, feed, queue, pool }: ReadinessDeps): () => Promise<Readiness> {
  return async () => {
    const { configured = 0, inUse = 0 } = pool?.status() ?? {};
    const [database, warnings] = await Promise.all([databaseTrouble(db), queueTrouble(queue)]);
    const reasons = [...database.pending];
    (inUse > 0 ? warnings : reasons).push(...database.gone);
    if (feed && !feed.listening) {
      warnings.push(
        "The connection that listens for events is lost; subscribers get them when it is back.",
      );
    }
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
    const reasons = [...database.pending, ...database.gone, ...jobs, ...opening];
    return { ready: reasons.length === 0, reasons };
  };
}

interface DatabaseTrouble {
  /** Migrations that it lacks. */
  pending: string[];
  /** Why it cannot be asked. */
  gone: string[];
}

async function databaseTrouble(db: Database): Promise<DatabaseTrouble> {
  try {
    const pending = await soon(pendingMigrations(db.$client));
    if (pending.length === 0) return { pending: [], gone: [] };
    const text = `The database lacks ${pending.length} migrations: run \`plimsoll migrate\`.`;
    return { pending: [text], gone: [] };
  } catch (error) {
    return { pending: [], gone: [`The database cannot be reached: ${messageOf(error)}`] };
  }
}

/** Nothing is wrong with a queue that this process has not opened. */
async function queueTrouble(access: QueueAccess): Promise<string[]> {
  try {
    const queue = await soon(access.peek());
    if (queue) await soon(queue.isPaused());
    return [];
  } catch (error) {
    return [`The job queue cannot be reached: ${messageOf(error)}`];
  }
}

function soon<T>(work: Promise<T>): Promise<T> {
  return within(work, PART_MS, `There was no answer for ${PART_MS / 1000} s.`);
}
