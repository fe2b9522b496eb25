/**
 * The one connection of a process that listens for new events. A notification is only a hint to look,
 * and so is every new connection, because hints may have been missed before it. A connection can die
 * without a word (a cable, a proxy, a machine that is gone), so it is asked for a sign of life now and
 * then and replaced when there is none. What is new is read over the same connection, so that a dead
 * one holds up no reader either.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { EVENT_CHANNEL } from "../db/event-log.ts";
import { openListener } from "../db/listener.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

export interface BellOptions {
  db: Database;
  log: Log;
  /** Called at every notification, with what it says. */
  onRing: (payload: string) => void;
  /** Called with a connection that has begun to listen, and with null when it is lost. */
  onListening: (connection: Database | null) => void;
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
    const onClose = () => lose(new Error("It was closed."));
    const connection = openListener(db, { onNotify: onRing, onClose });
    const within = (work: Promise<unknown>) => Promise.race([work, lost, tooLate(heartbeatMs)]);
    closing.signal.addEventListener("abort", onClose, { once: true });
    try {
      await within(connection.db.execute(sql.raw(`listen "${EVENT_CHANNEL}"`)));
      pauseMs = FIRST_PAUSE_MS;
      onListening(connection.db);
      onFirst();
      for (;;) {
        await Promise.race([delay(heartbeatMs, undefined, { ref: false }), lost]);
        await within(connection.db.execute(sql`select 1`));
      }
    } finally {
      onListening(null);
      closing.signal.removeEventListener("abort", onClose);
      await connection.close().catch(() => {});
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

async function tooLate(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false });
  throw new Error(`There was no sign of life for ${ms / 1000} s.`);
}
