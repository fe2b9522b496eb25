/** From a message of a WebSocket client to an operation that the library can run. */
import type { IncomingMessage } from "node:http";
import type { ExecutionResult, GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { type KnownDocument, operationType } from "../graphql/documents.ts";
import type { Params } from "../graphql/params.ts";
import type { Refusal } from "../graphql/refusal.ts";
import type { Yoga } from "../graphql/run.ts";
import { complaintsAbout, refusalError } from "./complaints.ts";
import type { Opener, Result } from "./results.ts";
import type { Operation } from "./shared.ts";

/** The document of a request, valid or refused; null when something is wrong with its text. */
export type DocumentFinder = (params: Params) => KnownDocument | Refusal | null;

/** Runs a query or mutation that came over a stream, and charges its client for it. */
export type StreamExecutor = (
  operation: Operation,
  request: IncomingMessage,
) => Promise<ExecutionResult>;

export interface OperationOptions {
  yoga: Yoga;
  mask: (error: unknown) => GraphQLError;
  open: Opener;
  known: DocumentFinder;
  execute: StreamExecutor;
}

/** What the library passes on from `onSubscribe` to where the operation is run. */
export interface Prepared {
  schema: unknown;
  document: KnownDocument["document"];
  operationName: string | undefined;
  run(): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

/** Finds the document of a message, or says what is wrong with it. */
export function prepare(
  options: OperationOptions,
  payload: SubscribePayload,
  request: IncomingMessage,
) {
  const { yoga, mask, open, known, execute } = options;
  const { query, variables, operationName } = payload;
  const params: Params = {
    query,
    variables: variables ?? undefined,
    operationName: operationName ?? undefined,
    extensions: undefined,
    documentId: undefined,
  };
  const found = known(params);
  if (!found) return complaintsAbout(query, yoga, mask);
  if ("status" in found) return [refusalError(found)];
  const { document } = found;
  const prepared: Prepared = {
    schema: yoga.getEnveloped({} as never).schema,
    document,
    operationName: params.operationName,
    async run() {
      if (operationType(found, params.operationName) !== "subscription") {
        return execute({ ...params, document }, request);
      }
      const opened = await open({ ...params, document });
      if ("refused" in opened) return opened.refused;
      const leaving = new AbortController();
      return untilLeft(opened.results(leaving.signal), leaving);
    },
  };
  return prepared as never;
}

/** Results as the library takes them; leaving aborts what waits for the next event. */
function untilLeft(
  results: AsyncIterable<Result>,
  leaving: AbortController,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = results[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { done, value } = await iterator.next();
      return done ? { done, value: undefined } : { done: false, value: value.result };
    },
    async return() {
      leaving.abort();
      return { done: true, value: undefined };
    },
  };
}
