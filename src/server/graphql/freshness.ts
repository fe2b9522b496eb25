/** Headers of the answers that the GraphQL server's own HTTP handling gives: nobody keeps those. */
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { ExchangeContext } from "./exchange.ts";
import { answerType } from "./media.ts";
import { partialStatus } from "./run.ts";

const OFFERED = "application/graphql-response+json, application/json, text/event-stream";

export function useFreshness(): Plugin<ExchangeContext, ExchangeContext> {
  return {
    onExecutionResult({ request, result, setResult }) {
      if (!result || Array.isArray(result) || isAsyncIterable(result)) return;
      const status = partialStatus(result, answerType(request.headers.get("accept") ?? undefined));
      if (status) setResult({ ...result, extensions: { ...result.extensions, http: { status } } });
    },
    onResponse({ response, serverContext }) {
      if (!serverContext) return;
      response.headers.set("cache-control", "no-store");
      response.headers.set("vary", "Accept");
      // Yoga lists what it offers once for each type that was asked for: the longer the wish, the
      // longer the answer.
      if (response.status === 406) response.headers.set("accept", OFFERED);
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
        response.headers.set("cache-control", "no-cache, no-transform");
        response.headers.set("x-accel-buffering", "no");
        response.headers.delete("content-encoding");
      }
    },
  };
}
