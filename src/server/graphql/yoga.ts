/** The GraphQL server: the schema with the plugins of this folder. */
import type { GraphQLError, GraphQLSchema } from "graphql";
import { createYoga, type YogaLogger } from "graphql-yoga";
import type { Database } from "../../db/client.ts";
import type { Log } from "../../log.ts";
import type { SchemaContext } from "../../schema/context.ts";
import type { CostMeter } from "../../schema/cost.ts";
import { useCost } from "./cost.ts";
import { boundedByText } from "./documents.ts";
import type { ExchangeContext } from "./exchange.ts";
import { useFreshness } from "./freshness.ts";
import { MAX_BODY_BYTES, useLimits, useReadableParameters } from "./limits.ts";
import type { PersistedDocuments } from "./persisted.ts";
import { DOCUMENT_ID, usePersistedDocuments } from "./persisted-plugin.ts";
import type { Yoga } from "./run.ts";
import { useGracefulEnd } from "./subscriptions.ts";

/** Few documents come this way: mutations, and questions that are asked in an unusual form. */
const PARSED_BYTES = 16 * 1024 * 1024;

export interface YogaOptions extends Omit<SchemaContext, "isAdmin"> {
  schema: GraphQLSchema;
  mask: (error: unknown) => GraphQLError;
  costOf: CostMeter;
  persisted: PersistedDocuments;
  /** Which database a question is answered from, where that is not always `db`. */
  readFrom?: () => Database;
  /** Aborts when the process stops; every subscription is then completed. */
  shutdown: AbortSignal;
  /** Milliseconds one query may take; for tests. */
  executionMs?: number;
}

export function createGraphqlServer(options: YogaOptions): Yoga {
  const { schema, db, feed, log, readConfig, commands, shutdown } = options;
  return createYoga<ExchangeContext>({
    schema,
    // A new object for each request: the schema keeps plans and costs under its identity.
    context: ({ exchange }) =>
      ({
        db: (exchange.fromPrimary ? null : options.readFrom?.()) ?? db,
        feed,
        log,
        readConfig,
        commands,
        isAdmin: exchange.isAdmin,
        withinLimits: exchange.withinLimits,
      }) satisfies SchemaContext,
    plugins: [
      useReadableParameters(),
      usePersistedDocuments(options.persisted),
      useLimits(options.executionMs),
      useGracefulEnd(shutdown),
      useFreshness(),
      useCost(options.costOf),
    ],
    maskedErrors: { maskError: options.mask },
    parserAndValidationCache: {
      documentCache: boundedByText(PARSED_BYTES),
      errorCache: boundedByText(PARSED_BYTES),
    },
    extraParamNames: [DOCUMENT_ID],
    maxRequestBodySize: MAX_BODY_BYTES,
    batching: false,
    multipart: false,
    cors: false, // every answer has the headers of http/headers.ts
    graphiql: false, // ours is served ahead of this handler
    landingPage: false,
    logging: quietLogger(log),
    healthCheckEndpoint: "/graphql/no-such-path", // health has its own paths, with reasons
  }) as unknown as Yoga;
}

/** The mask has already logged what matters, with its id. */
function quietLogger(log: Log): YogaLogger {
  const note = (message: unknown) => log.debug({ err: message }, "graphql server");
  return { debug: () => {}, info: () => {}, warn: note, error: note };
}
