/**
 * Which statements are sent as prepared ones. Preparing saves Postgres reading the statement and mostly
 * its planning, and the driver a second trip, but a connection keeps every prepared statement as long as it lives, and clients
 * decide how many different ones there are. So only statements that come again are prepared, and no
 * more new ones in the life of a connection than it can hold.
 */
import { LRUCache } from "lru-cache";
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
 * How a statement has a condition on a pattern. `VALUE`: which index serves it depends on what the value
 * is: "qwen3 8b" took seconds of a million models by the plan for any words, milliseconds by its own.
 * Postgres would take the former from the sixth time on. `WRITTEN`: a new statement for every search.
 * A condition whose plan is known beforehand is written with LIKE's operator, `~~` (`name-sample.ts`).
 */
type Pattern = "VALUE" | "WRITTEN" | "NONE";

function patternIn(text: string): Pattern {
  if (text.includes(" like '%")) return "WRITTEN";
  return text.includes(" like $") ? "VALUE" : "NONE";
}

/**
 * The client with `unsafe`, which Drizzle sends everything through, preparing what comes again.
 *
 * @param planned the connections whose prepared statements are planned each time for their values;
 *   conditions on patterns are sent there.
 */
export function preparing(client: Sql, planned: Sql, lifetimeMs: number): Sql {
  const admit = createAdmission(lifetimeMs);
  const admitPlanned = createAdmission(lifetimeMs);
  // Statements are long, and looking through one takes longer than finding it again.
  const patterns = new LRUCache<string, Pattern>({ max: MOST_STATEMENTS, memoMethod: patternIn });
  const wayOf = (text: string) => {
    const pattern = patterns.memo(text);
    if (pattern === "WRITTEN") return { to: client, prepare: false };
    return pattern === "VALUE"
      ? { to: planned, prepare: admitPlanned(text) }
      : { to: client, prepare: admit(text) };
  };
  const unsafe: Sql["unsafe"] = (text, parameters, options) => {
    const { to, prepare } = wayOf(text);
    return to.unsafe(text, parameters, { ...options, prepare });
  };
  return new Proxy(client, {
    get: (target, name) => (name === "unsafe" ? unsafe : Reflect.get(target, name)),
  });
}
