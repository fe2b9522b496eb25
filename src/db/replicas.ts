/**
 * Read replicas. Questions are spread over those that answer and are near the primary; where there is
 * none, the primary answers. One that is gone, or too far behind, is left out until it has caught up
 * with all that the primary had at that moment, so that nobody is taken back in time.
 */
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import { within } from "../within.ts";
import { type Connection, type ConnectOptions, connect, type Database } from "./client.ts";
import { catalogState } from "./tables.ts";

export interface ReplicaOptions extends Omit<ConnectOptions, "url"> {
  primary: Database;
  urls: readonly string[];
  log: Log;
  /** Between two looks at all of them. */
  checkMs?: number;
  /** A replica that is further behind is left out. */
  mostLagMs?: number;
}

export interface ReadPool {
  /** Where questions are answered now; never empty, and always the same array. */
  readonly readers: Database[];
  /** The next of them in turn. */
  pick(): Database;
  /** Calls back whenever `readers` has changed, before anybody is sent to a new one. */
  onChange(listener: () => void): void;
  /** How many replicas are configured and how many of them are in use. */
  status(): { configured: number; inUse: number };
  close(): Promise<void>;
}

interface Replica extends Connection {
  name: string;
  inUse: boolean;
}

/** How long a look may take before the replica counts as gone. */
const LOOK_MS = 2_000;

/** Opens the pools and looks at all replicas once before it resolves. */
export async function openReplicas(options: ReplicaOptions): Promise<ReadPool> {
  const { primary, urls, log, checkMs = 500, mostLagMs = 10_000, ...pool } = options;
  const replicas: Replica[] = urls.map((url) => {
    const { host, pathname } = new URL(url);
    return { ...connect({ ...pool, url }), name: `${host}${pathname}`, inUse: false };
  });
  const readers: Database[] = [primary];
  /** What the primary had, by the time of the look. */
  let history: { at: number; writes: number }[] = [];
  const listeners: (() => void)[] = [];
  let turn = 0;
  let closed = false;

  async function check(): Promise<void> {
    const now = performance.now();
    const writes = await soon(writesOf(primary)).catch(() => null);
    if (writes !== null) history.push({ at: now, writes });
    const newest = history.at(-1)?.writes ?? 0;
    // While the primary is gone nobody can catch up, and an answer from a little earlier is one.
    const overdue =
      writes === null ? 0 : (history.findLast(({ at }) => now - at >= mostLagMs)?.writes ?? 0);
    history = history.filter((look, index) => {
      return index === history.length - 1 || now - look.at < 2 * mostLagMs;
    });
    await Promise.all(replicas.map((replica) => look(replica, replica.inUse ? overdue : newest)));
    const inUse = replicas.filter((replica) => replica.inUse).map(({ db }) => db);
    const next = inUse.length > 0 ? inUse : [primary];
    if (next.length === readers.length && next.every((db, at) => db === readers[at])) return;
    readers.splice(0, readers.length, ...next);
    for (const listener of listeners) listener();
  }

  async function look(replica: Replica, least: number): Promise<void> {
    let trouble: string | null = null;
    try {
      const writes = await soon(writesOf(replica.db));
      if (writes < least) trouble = `It is ${least - writes} writes behind.`;
    } catch (error) {
      trouble = messageOf(error);
    }
    const was = replica.inUse;
    replica.inUse = trouble === null;
    if (was && trouble) log.warn({ replica: replica.name, trouble }, "a replica is left out");
    if (!was && !trouble) log.info({ replica: replica.name }, "a replica is read from");
  }

  async function keepChecking(): Promise<void> {
    await check();
    if (!closed) timer = setTimeout(keepChecking, checkMs).unref();
  }

  let timer: NodeJS.Timeout | undefined;
  await keepChecking();
  return {
    readers,
    onChange: (listener) => void listeners.push(listener),
    pick: () => readers[turn++ % readers.length]!,
    status: () => ({
      configured: replicas.length,
      inUse: replicas.filter((replica) => replica.inUse).length,
    }),
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

async function writesOf(db: Database): Promise<number> {
  const [row] = await db.select({ writes: catalogState.writes }).from(catalogState);
  return row?.writes ?? 0;
}

function soon<T>(work: Promise<T>): Promise<T> {
  return within(work, LOOK_MS, `There was no answer for ${LOOK_MS / 1000} s.`);
}
