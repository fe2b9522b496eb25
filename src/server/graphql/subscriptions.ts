/**
 * The end of subscriptions when the process stops: each open stream gets one last message with the
 * code SERVICE_UNAVAILABLE, which tells the client to reconnect elsewhere with the number of the last
 * event it saw, and is then completed. An event that cannot be answered because the database is gone
 * ends its stream too: passed over, it would be lost. It works for any subscription, whatever its
 * resolver does.
 */
import { type ExecutionResult, GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { isUnreachable } from "../../db/failures.ts";
import { rootCause } from "./errors.ts";
import type { ExchangeContext } from "./exchange.ts";

/** Ends every subscription when `shutdown` aborts. */
export function useGracefulEnd(shutdown: AbortSignal): Plugin<ExchangeContext> {
  return {
    onSubscribe({ args }) {
      const gone = args.contextValue.exchange.abort.signal;
      return {
        onSubscribeResult({ result, setResult }) {
          if (isAsyncIterable(result)) setResult(endWith(result, shutdown, gone));
        },
      };
    },
  };
}

/**
 * The same stream until `shutdown` aborts, then the farewell; or until the client is `gone`. A plain
 * iterator rather than a generator: leaving a generator waits for its pending `next`, which may never
 * come.
 */
function endWith(
  stream: AsyncIterable<ExecutionResult>,
  shutdown: AbortSignal,
  gone: AbortSignal,
): AsyncIterableIterator<ExecutionResult> {
  const source = stream[Symbol.asyncIterator]();
  let ended = false;
  let onShutdown = () => {};
  const stopping = new Promise<"stopping">((resolve) => {
    onShutdown = () => resolve("stopping");
    shutdown.addEventListener("abort", onShutdown, { once: true });
    if (shutdown.aborted) onShutdown();
  });

  function end(): void {
    if (ended) return;
    ended = true;
    shutdown.removeEventListener("abort", onShutdown);
    gone.removeEventListener("abort", end);
    source.return?.().catch(() => {});
  }

  gone.addEventListener("abort", end, { once: true });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return { done: true, value: undefined };
      const next = await Promise.race([stopping, source.next()]);
      if (next === "stopping") {
        end();
        return { done: false, value: farewell() };
      }
      if (next.done) end();
      else if (next.value.errors?.some(saysOutage)) {
        // The rest would fail as well. Without its data the client does not take it for seen.
        end();
        return { done: false, value: { errors: next.value.errors } };
      }
      return next;
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
  };
}

function saysOutage(error: GraphQLError): boolean {
  return error.extensions.code === "DATABASE_UNAVAILABLE" || isUnreachable(rootCause(error));
}

function farewell(): ExecutionResult {
  const message = "This server is stopping. Subscribe again, after the last event you saw.";
  return {
    errors: [
      new GraphQLError(message, { extensions: { code: "SERVICE_UNAVAILABLE", retryable: true } }),
    ],
  };
}
