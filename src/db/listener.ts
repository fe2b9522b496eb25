/** One connection beside the pool, for what must stay on the same one: LISTEN, and what depends on it. */
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Connection, Database } from "./client.ts";
import { relations } from "./relations.ts";

export interface ListenerOptions {
  /** Called with the payload of every notification. */
  onNotify: (payload: string) => void;
  /** Called when the connection is gone. */
  onClose: () => void;
}

/**
 * Makes a client of exactly one connection, otherwise as the pool of `db` is. Closing it does not wait
 * for an answer, because the other end may be gone without a word.
 */
export function openListener(db: Database, { onNotify, onClose }: ListenerOptions): Connection {
  const own = { max: 1, idle_timeout: null, max_lifetime: null, fetch_types: false };
  const listeners = {
    onnotify: (_channel: string, payload: string) => onNotify(payload),
    onclose: onClose,
  };
  // As the library's own `listen` does; its types leave both out.
  const client = postgres({ ...db.$client.options, ...own, ...listeners } as never);
  return { db: drizzle({ client, relations }), close: () => client.end({ timeout: 0 }) };
}
