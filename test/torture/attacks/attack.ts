/**
 * An attack as data: one HTTP request, or raw bytes for what no HTTP client would send. Whatever it
 * is, the server owes an answer or a closed connection within a bounded time, and afterwards the same
 * answers to everybody else.
 */
export interface Attack {
  category: string;
  name: string;
  method?: string;
  /** `/graphql` unless something else is said. */
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** Instead of all the above: what is written to the socket, piece after piece. */
  raw?: (string | Buffer)[];
  /** Milliseconds between the pieces; after the last one nothing more comes. */
  pauseMs?: number;
  /** How often it is sent, at the same time. */
  times?: number;
  /** True where an open answer (a stream) is what was asked for; it is left unread. */
  stream?: boolean;
  /** For raw bytes on a connection that may stay open: read for so long, then left. */
  leaveAfterMs?: number;
  /** What the answer has to show: its status, a blank and its text. Raw ones: all that came. */
  always?: RegExp;
  /** What the answer must not show. */
  never?: RegExp;
}

const JSON_TYPE = { "content-type": "application/json" };

/** A GraphQL question by POST. */
export function ask(query: string, variables?: unknown, rest: object = {}): Partial<Attack> {
  return { headers: JSON_TYPE, body: JSON.stringify({ query, variables, ...rest }) };
}

/** A GraphQL question by GET, with any other parameters. */
export function get(query: string, more: Record<string, string> = {}): Partial<Attack> {
  return { method: "GET", path: `/graphql?${new URLSearchParams({ query, ...more })}` };
}

/** A body that is not made by JSON.stringify. */
export function body(text: string | Buffer, type = "application/json"): Partial<Attack> {
  return { headers: { "content-type": type }, body: text };
}

/** Names each attack of a category. */
export function attacks(category: string, named: Record<string, Partial<Attack>>): Attack[] {
  return Object.entries(named).map(([name, attack]) => ({ category, name, ...attack }));
}

/** The same attack in several sizes. */
export function each<T extends string | number>(
  values: readonly T[],
  make: (value: T) => Partial<Attack>,
  name: (value: T) => string = String,
): Record<string, Partial<Attack>> {
  return Object.fromEntries(values.map((value) => [name(value), make(value)]));
}

export const nest = (depth: number, open: string, inner: string, close: string): string =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
