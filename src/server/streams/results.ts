/**
 * The results of a subscription, whoever sends them: shared with everybody who asks the same where that
 * can be, from the GraphQL server's own pipeline otherwise.
 */
import type { ExecutionResult } from "graphql";
import { lacksDatabase } from "../graphql/errors.ts";
import {
  createSharer,
  type Operation,
  type SharedSubscription,
  type SharerOptions,
} from "./shared.ts";

export interface Result {
  result: ExecutionResult;
  /** The same as text. */
  json: string;
}

/** What a transport makes of a subscription; ends when the signal aborts. */
export type Results = (signal: AbortSignal) => AsyncIterable<Result>;

/** A subscription whose results can be had, or the result that says why not. */
export type Opened =
  | { results: Results; shared?: SharedSubscription }
  | { refused: ExecutionResult };

export type Opener = (operation: Operation) => Promise<Opened>;

/** Makes the function that opens a valid subscription. */
export function createOpener(options: SharerOptions): Opener {
  const { yoga, feed, mask } = options;
  const share = createSharer(options);

  return async (operation) => {
    try {
      const shared = await share(operation);
      if (shared) return { shared, results: (signal) => sharedResults(shared, signal) };
      return await ownResults(operation);
    } catch (error) {
      return { refused: { errors: [mask(error)] } };
    }
  };

  async function* sharedResults({ start, render }: SharedSubscription, signal: AbortSignal) {
    try {
      for await (const event of feed.subscribe({ ...start, signal })) {
        const { result, json } = await render(event);
        yield { result, json };
        if (lacksDatabase(result)) return;
      }
    } catch (error) {
      yield asText({ errors: [mask(error)] });
    }
  }

  async function ownResults({ document, variables, operationName }: Operation): Promise<Opened> {
    const abort = new AbortController();
    // A replica may not have what an event tells of.
    const exchange = { abort, fromPrimary: true };
    const { schema, subscribe, contextFactory } = yoga.getEnveloped({ exchange } as never);
    const contextValue = await contextFactory();
    const args = { schema, document, contextValue, variableValues: variables, operationName };
    const stream = await subscribe(args);
    if (!(Symbol.asyncIterator in stream)) return { refused: stream };
    return {
      async *results(signal) {
        const leave = () => abort.abort();
        signal.addEventListener("abort", leave, { once: true });
        try {
          for await (const result of stream as AsyncIterable<ExecutionResult>) {
            yield asText(result);
          }
        } catch (error) {
          yield asText({ errors: [mask(error)] });
        } finally {
          leave(); // a stream that failed still waits for the process to stop
        }
      },
    };
  }
}

export function asText(result: ExecutionResult): Result {
  return { result, json: JSON.stringify(result) };
}
