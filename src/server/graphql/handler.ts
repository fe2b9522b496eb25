/**
 * The GraphQL endpoint: queries and mutations by GET and POST, subscriptions as server-sent events.
 * A question whose answer the client still holds is settled here with 304, before anything is parsed;
 * kept answers (by the same catalog version) belong at the same place.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLSchema } from "graphql";
import { createYoga, type YogaLogger } from "graphql-yoga";
import type { Database } from "../../db/client.ts";
import { messageOf } from "../../errors.ts";
import type { EventFeed } from "../../events/feed.ts";
import type { Log } from "../../log.ts";
import type { ConfigReader, SchemaContext } from "../../schema/context.ts";
import { namesTag } from "../http/conditional.ts";
import { createErrorMask } from "./errors.ts";
import type { Exchange, ExchangeContext } from "./exchange.ts";
import { createTagger, REVALIDATE, useFreshness } from "./freshness.ts";
import { MAX_BODY_BYTES, useLimits, useReadableParameters } from "./limits.ts";
import { useGracefulEnd } from "./subscriptions.ts";

export const GRAPHQL_PATH = "/graphql";

export interface GraphqlOptions {
  schema: GraphQLSchema;
  db: Database;
  feed: EventFeed;
  log: Log;
  readConfig: ConfigReader;
  /** Names the running code, so that a new release never confirms an answer of an old one. */
  release: string;
  /** Aborts when the process stops; every subscription is then completed. */
  shutdown: AbortSignal;
  /** Names of types whose values change without the catalog's version. */
  volatileTypes: ReadonlySet<string>;
  /** Milliseconds one query may take; for tests. */
  executionMs?: number;
}

export type GraphqlHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  search: string,
) => Promise<void>;

/** Makes the handler of `/graphql`; `search` is the part of the URL after the question mark. */
export function createGraphqlHandler(options: GraphqlOptions): GraphqlHandler {
  const { schema, db, feed, log, readConfig, release, shutdown } = options;
  const tagOf = createTagger(schema, feed, release);
  const yoga = createYoga<ExchangeContext>({
    schema,
    // A new object for each request: the schema keeps plans and costs under its identity.
    context: () => ({ db, feed, log, readConfig }) satisfies SchemaContext,
    plugins: [
      useReadableParameters(),
      useLimits(options.executionMs),
      useGracefulEnd(shutdown),
      useFreshness(options.volatileTypes),
    ],
    maskedErrors: { maskError: createErrorMask(log) },
    maxRequestBodySize: MAX_BODY_BYTES,
    batching: false,
    multipart: false,
    cors: false, // the router sets it for every path
    graphiql: false, // ours is served ahead of this handler
    landingPage: false,
    logging: quietLogger(log),
    healthCheckEndpoint: "/graphql/no-such-path", // health has its own paths, with reasons
  });

  return async (req, res, search) => {
    const reads = req.method === "GET" || req.method === "HEAD";
    // Yoga builds a URL from it and would answer a malformed one with a stack trace.
    req.headers.host = "localhost";
    const tag = reads ? await currentTag(req, search) : null;
    if (req.method === "HEAD") presentAsGet(req);
    if (tag && namesTag(req.headers["if-none-match"], tag)) {
      res.writeHead(304, { etag: tag, "cache-control": REVALIDATE, vary: "Accept" }).end();
      return;
    }
    const exchange: Exchange = { abort: new AbortController(), tag, cacheable: false };
    res.once("close", () => exchange.abort.abort());
    await yoga(req, res, { exchange });
  };

  /** Without a version there is no tag, and the query itself reports what is wrong. */
  async function currentTag(req: IncomingMessage, search: string): Promise<string | null> {
    return tagOf(search, req.headers.accept ?? "").catch((error) => {
      log.warn({ error: messageOf(error) }, "the catalog's version cannot be read");
      return null;
    });
  }
}

/** Node sends no body to HEAD whatever is written; a stream would only be held open for nothing. */
function presentAsGet(req: IncomingMessage): void {
  req.method = "GET";
  const accept = req.headers.accept ?? "*/*";
  if (/\*\/\*|event-stream/.test(accept)) req.headers.accept = "application/json";
}

/** The mask has already logged what matters, with its id. */
function quietLogger(log: Log): YogaLogger {
  const note = (message: unknown) => log.debug({ err: message }, "graphql server");
  return { debug: () => {}, info: () => {}, warn: note, error: note };
}
