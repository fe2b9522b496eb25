/**
 * Which statements are sent as prepared ones. Preparing saves Postgres the planning and the driver a
 * second trip, but a connection keeps every prepared statement as long as it lives, and clients
 * decide how many different ones there are. So only statements that come again are prepared, and no
 * more new ones in the life of a connection than it can hold.
 */
import type { Sql } from "postgres";

/** New statements in the life of a connection; each takes some 100 kB of its Postgres process. */
const MOST_STATEMENTS = 200;
/** Texts that are remembered to see whether they come again. */
const MOST_SEEN = 2_000;

/** Decides by text. `lifetimeMs` is how long a connection lives before it is replaced. */
export function createAdmission(lifetimeMs: number, now = Date.now) {
  /** When each statement was first prepared, oldest first. */
  const prepared = new Map<string, number>();
  const seen = new Set<string>();
  return (text: string): boolean => {
    if (prepared.has(text)) return true;
    if (!seen.has(text)) {
      if (seen.size === MOST_SEEN) seen.clear();
      seen.add(text);
      return false;
    }
    for (const [old, since] of prepared) {
      if (prepared.size < MOST_STATEMENTS || now() - since < lifetimeMs) break;
      prepared.delete(old);
    }
    if (prepared.size >= MOST_STATEMENTS) return false;
    seen.delete(text);
    prepared.set(text, now());
    return true;
  };
}

/**
 * A condition on a pattern. Written out, it makes a new statement of every search. As a value, Postgres
 * would plan it for any value from the sixth time on, and which index serves a pattern depends on what it
 * is: "qwen3 8b" took seconds of a million models by the plan for any words, milliseconds by its own.
 */
const hasPattern = (text: string) => / like (\$|'%)/.test(text);

/** The client with `unsafe`, which Drizzle sends everything through, preparing what comes again. */
export function preparing(client: Sql, lifetimeMs: number): Sql {
  const admit = createAdmission(lifetimeMs);
  const unsafe: Sql["unsafe"] = (text, parameters, options) =>
    client.unsafe(text, parameters, { ...options, prepare: !hasPattern(text) && admit(text) });
  return new Proxy(client, {
    get: (target, name) => (name === "unsafe" ? unsafe : Reflect.get(target, name)),
  });
}
