/**
 * Entity tags for GET answers, from what the answer depends on: the catalog's stamp, the question and
 * the schema. The stamp is read before the answer is made, so a tag can be older than its
 * answer but never newer: a commit in between costs one more request, never a stale 304.
 */
import { createHash } from "node:crypto";
import {
  type DocumentNode,
  type GraphQLSchema,
  printSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { EventFeed } from "../../events/feed.ts";
import type { ExchangeContext } from "./exchange.ts";

export const REVALIDATE = "public, max-age=0, must-revalidate";

/** Makes the function that tags a question, given as the query part of its URL. */
export function createTagger(schema: GraphQLSchema, feed: EventFeed, release: string) {
  const build = createHash("sha256").update(release).update(printSchema(schema)).digest("hex");
  return async (search: string, accept: string): Promise<string> => {
    const { stamp } = await feed.clock.now();
    const asked = new URLSearchParams(search);
    const parts = ["query", "variables", "operationName", "extensions"].map((p) => asked.get(p));
    const key = JSON.stringify([build, stamp, accept, ...parts]);
    return `"${createHash("sha256").update(key).digest("base64url").slice(0, 27)}"`;
  };
}

/** Puts tags on answers that depend on the catalog alone and forbids keeping the others. */
export function useFreshness(
  volatileTypes: ReadonlySet<string>,
): Plugin<ExchangeContext, ExchangeContext> {
  return {
    onExecute({ args }) {
      args.contextValue.exchange.cacheable = isTimeless(args.schema, args.document, volatileTypes);
    },
    onExecutionResult({ result, context }) {
      if (isAsyncIterable(result) || result?.errors) context.exchange.cacheable = false;
    },
    onResponse({ response, serverContext }) {
      if (!serverContext) return;
      const { tag, cacheable } = serverContext.exchange;
      const keep = tag !== null && cacheable && response.status === 200;
      if (keep) response.headers.set("etag", tag);
      response.headers.set("cache-control", keep ? REVALIDATE : "no-store");
      response.headers.set("vary", "Accept");
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
        response.headers.set("cache-control", "no-cache, no-transform");
        response.headers.set("x-accel-buffering", "no");
        response.headers.delete("content-encoding");
      }
    },
  };
}

/** By document, which the server parses and validates only once. */
const timelessDocuments = new WeakMap<DocumentNode, boolean>();

/** Whether an answer can change only when the catalog's version does: no field of a volatile type. */
function isTimeless(
  schema: GraphQLSchema,
  document: DocumentNode,
  volatileTypes: ReadonlySet<string>,
): boolean {
  const known = timelessDocuments.get(document);
  if (known !== undefined) return known;
  const types = new TypeInfo(schema);
  let timeless = true;
  const visitor = visitWithTypeInfo(types, {
    Field() {
      if (volatileTypes.has(types.getParentType()?.name ?? "")) timeless = false;
    },
  });
  visit(document, visitor);
  timelessDocuments.set(document, timeless);
  return timeless;
}
