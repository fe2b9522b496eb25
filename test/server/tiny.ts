/**
 * A small schema whose fields misbehave on request, and a feed without a database, for the tests of
 * what the server does around a schema. The catalog's own schema is tested elsewhere.
 */
import { EventEmitter, on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import { readPastedConfig } from "../../src/app/read-config.ts";
import type { Database } from "../../src/db/client.ts";
import { PlimsollError } from "../../src/errors.ts";
import { EstimatorError } from "../../src/estimator/errors.ts";
import { catalogState, createCatalogClock } from "../../src/events/catalog-clock.ts";
import type { EventFeed } from "../../src/events/feed.ts";
import { type Log, silentLog } from "../../src/log.ts";
import type { SchemaContext } from "../../src/schema/context.ts";
import { abortable } from "../../src/schema/subscription.ts";
import type { ServerOptions } from "../../src/server/server.ts";

/** Open subscriptions, so that a test can see them end. */
export const openSubscriptions = new Set<AbortSignal>();

/** Questions for the slow field that are being answered now. */
export const slowly = { running: 0 };

async function beSlow(): Promise<string> {
  slowly.running++;
  await sleep(400);
  slowly.running--;
  return "at last";
}

async function* numbers(feed: EventFeed, signal: AbortSignal): AsyncGenerator<number> {
  openSubscriptions.add(signal);
  try {
    for await (const event of feed.subscribe({ signal })) yield event.number;
  } finally {
    openSubscriptions.delete(signal);
  }
}

const text = { type: GraphQLString };

export const tinySchema = new GraphQLSchema({
  query: new GraphQLObjectType<unknown, SchemaContext>({
    name: "Query",
    fields: {
      version: {
        type: GraphQLInt,
        description: "The catalog's version.",
        resolve: (_source, _args, { feed }) => feed.version(),
      },
      echo: {
        ...text,
        args: { number: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: (_source, { number }) => String(number),
      },
      clock: {
        type: new GraphQLObjectType({
          name: "Clock",
          extensions: { volatile: true },
          fields: { now: { ...text, resolve: () => new Date().toISOString() } },
        }),
        resolve: () => ({}),
      },
      slow: { ...text, resolve: beSlow },
      refused: {
        ...text,
        resolve: () => {
          const details = { given: 0 };
          throw new PlimsollError("BAD_USER_INPUT", "That is not possible.", { details });
        },
      },
      hidden: {
        ...text,
        resolve: () => {
          throw new PlimsollError("DATABASE_UNAVAILABLE", "password=s3cret", { expose: false });
        },
      },
      estimate: {
        ...text,
        resolve: () => {
          throw new EstimatorError("OUT_OF_RANGE", "contextLength", "contextLength is too long");
        },
      },
      bug: {
        ...text,
        resolve: () => {
          throw new TypeError("secret of the house");
        },
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: "Mutation",
    fields: { touch: { ...text, resolve: () => "touched" } },
  }),
  subscription: new GraphQLObjectType<number, SchemaContext>({
    name: "Subscription",
    fields: {
      counted: {
        type: GraphQLInt,
        subscribe: (_source, _args, { feed }) => abortable((signal) => numbers(feed, signal)),
        resolve: (number) => number,
      },
    },
  }),
});

export interface TinyFeed extends EventFeed {
  change(): void;
}

/** A feed over a counter: `change` makes the next event. */
export function tinyFeed(): TinyFeed {
  const bell = new EventEmitter().setMaxListeners(0);
  let version = 1;
  const clock = createCatalogClock(async () => catalogState(version, version, "tiny"));
  clock.listening();
  return {
    version: async () => version,
    clock,
    checkKept: async () => {},
    next: async (position) => ({ events: [], position }),
    newest: 0,
    async *subscribe({ signal }) {
      try {
        for await (const [number] of on(bell, "change", { signal })) {
          yield { number } as never;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    change() {
      version++;
      clock.heard(catalogState(version, version, "tiny"));
      bell.emit("change", version);
    },
    listening: true,
    close: async () => {},
  };
}

/** Options for a server on a free port over the tiny feed. */
export function tinyOptions(feed: EventFeed, log: Log = silentLog): ServerOptions {
  const db = undefined as unknown as Database; // no field of the tiny schema reads it
  return { host: "127.0.0.1", port: 0, db, feed, log, readConfig: readPastedConfig };
}
