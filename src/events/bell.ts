/**
 * The one connection of a process that listens for new events. A notification is only a hint to look,
 * and so is every new connection, because hints may have been missed before it. A connection can die
 * without a word (a cable, a proxy, a machine that is gone), so it is asked for a sign of life now and
 * then and replaced when there is none.
 */
import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { Database } from "../db/client.ts";
import { EVENT_CHANNEL } from "../db/event-log.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

export interface BellOptions {
  db: Database;
  log: Log;
  /** Called at every notification, with what it says. */
  onRing: (payload: string) => void;
  /** Called when a connection begins to listen, and when it is known to be lost. */
  onListening: (listening: boolean) => void;
  /** Between two signs of life, and how long one may take. */
  heartbeatMs: number;
}

export interface Bell {
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

/** Starts to listen, and goes on until closed. Resolves with the first connection or its failure. */
export async function hangBell(options: BellOptions): Promise<Bell> {
  const { db, log, onRing, onListening, heartbeatMs } = options;
  const closing = new AbortController();
  let pauseMs = FIRST_PAUSE_MS;
  let onFirst = () => {};
  const first = new Promise<void>((resolve) => {
    onFirst = resolve;
  });

  async function listenOnce(): Promise<void> {
    let lose = (_why: Error) => {};
    const lost = new Promise<never>((_resolve, reject) => {
      lose = reject;
    });
    lost.catch(() => {});
    const client = connectLike(db.$client, onRing, () => lose(new Error("It was closed.")));
    const stop = () => lose(new Error("The feed is closing."));
    closing.signal.addEventListener("abort", stop, { once: true });
    const within = (work: Promise<unknown>) => Promise.race([work, lost, tooLate(heartbeatMs)]);
    try {
      await within(client.unsafe(`listen "${EVENT_CHANNEL}"`));
      pauseMs = FIRST_PAUSE_MS;
      onListening(true);
      onFirst();
      for (;;) {
        await Promise.race([delay(heartbeatMs, undefined, { ref: false }), lost]);
        await within(client.unsafe("select 1"));
      }
    } finally {
      onListening(false);
      closing.signal.removeEventListener("abort", stop);
      await client.end({ timeout: 0 }).catch(() => {});
    }
  }

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      await listenOnce().catch((error) => {
        onFirst();
        if (closing.signal.aborted) return;
        log.warn({ error: messageOf(error) }, "the connection that listens for events was lost");
      });
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  const running = keepListening();
  await first;
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** A client of exactly one connection, otherwise made as the pool is. */
function connectLike(pool: Sql, onNotify: (payload: string) => void, onClose: () => void): Sql {
  const own = { max: 1, idle_timeout: null, max_lifetime: null, fetch_types: false };
  const listeners = {
    onnotify: (_channel: string, payload: string) => onNotify(payload),
    onclose: onClose,
  };
  return postgres({ ...pool.options, ...own, ...listeners } as never);
}

async function tooLate(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false });
  throw new Error(`There was no sign of life for ${ms / 1000} s.`);
}
