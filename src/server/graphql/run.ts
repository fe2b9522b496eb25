/**
 * Runs one operation through the GraphQL server's own pipeline (plugins, limits, masking), without its
 * HTTP layer, and writes the result as an answer.
 */
import type { DocumentNode, ExecutionResult, GraphQLError } from "graphql";
import { processRegularResult, type YogaServerInstance } from "graphql-yoga";
import type { Database } from "../../db/client.ts";
import type { SchemaContext } from "../../schema/context.ts";
import { lacksDatabase } from "./errors.ts";
import type { Exchange, ExchangeContext } from "./exchange.ts";
import { parseWithinLimit } from "./limits.ts";
import { type AnswerType, RESPONSE_TYPE } from "./media.ts";
import type { Params } from "./params.ts";

export type Yoga = YogaServerInstance<ExchangeContext, ExchangeContext>;

/** Status of an answer with data and errors, after the GraphQL-over-HTTP specification of 2026. */
export const PARTIAL_SUCCESS = 294;

/**
 * Parses and validates a text; null when there is something to say against it, which the server's own
 * HTTP handling says.
 */
export function parseValid(yoga: Yoga, text: string): DocumentNode | null {
  const context: ExchangeContext = { exchange: { abort: new AbortController() } };
  const { validate, schema } = yoga.getEnveloped(context as never);
  try {
    // Not through the pipeline: it would remember the error without what only HTTP adds to it.
    const document = parseWithinLimit(text);
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

/** Executes a valid document; what goes wrong on the way is in the result. */
export type Execute = (
  document: DocumentNode,
  params: Pick<Params, "variables" | "operationName">,
  exchange: Exchange,
) => Promise<ExecutionResult>;

export interface ExecuteOptions {
  yoga: Yoga;
  /** The primary database. */
  db: Database;
  mask: (error: unknown) => GraphQLError;
}

export function createExecute({ yoga, db, mask }: ExecuteOptions): Execute {
  return async (document, params, exchange) => {
    const { result, from } = await attempt(document, params, exchange);
    // That a replica is gone is first noticed by who asks it; the primary answers meanwhile.
    if (from === db || !lacksDatabase(result)) return result;
    // The first attempt was charged.
    const again = { ...exchange, charge: undefined, fromPrimary: true };
    return (await attempt(document, params, again)).result;
  };

  async function attempt(...[document, params, exchange]: Parameters<Execute>) {
    let from: Database = db;
    try {
      const enveloped = yoga.getEnveloped({ exchange } as never);
      const contextValue = (await enveloped.contextFactory()) as unknown as SchemaContext;
      from = contextValue.db;
      const { variables: variableValues, operationName } = params;
      const { schema } = enveloped;
      const args = { schema, document, contextValue, variableValues, operationName };
      return { result: (await enveloped.execute(args)) as ExecutionResult, from };
    } catch (error) {
      // Nobody waits any more, so there is nothing to say and nothing to log.
      const isLeft = error instanceof DOMException && error.name === "AbortError";
      return { result: { errors: isLeft ? [] : [mask(error)] }, from };
    }
  }
}

export interface WrittenResult {
  status: number;
  text: string;
  /** Whether anybody else may have it: it has no errors. */
  flawless: boolean;
}

/** The text of a result and its status. Errors carry notes for the status, which are taken out. */
export async function write(result: ExecutionResult, type: AnswerType): Promise<WrittenResult> {
  if (!result.errors) return { status: 200, text: JSON.stringify(result), flawless: true };
  const response = processRegularResult(result, { Response } as never, type);
  const status = partialStatus(result, type) ?? response.status;
  return { status, text: await response.text(), flawless: false };
}

/** 294 for data with errors, where the media type says that the client knows the status. */
export function partialStatus(result: ExecutionResult, type: AnswerType | null): number | null {
  const partial = type === RESPONSE_TYPE && result.errors && "data" in result;
  return partial ? PARTIAL_SUCCESS : null;
}
