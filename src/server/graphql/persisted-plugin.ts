/**
 * The rules of named documents for the requests that go through the GraphQL server's own HTTP
 * handling, and the rule of trusted documents for every transport: nothing else is parsed.
 */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { NOT_TRUSTED, type PersistedDocuments } from "./persisted.ts";
import type { Refusal } from "./refusal.ts";

/** A parameter of its own, beside those of the GraphQL-over-HTTP specification. */
export const DOCUMENT_ID = "documentId";

export function usePersistedDocuments(persisted: PersistedDocuments): Plugin {
  return {
    onParams({ params, request, setParams }) {
      const { query, extensions } = params;
      const given = (params as { documentId?: unknown }).documentId ?? idInUrl(request);
      // What is of the wrong kind is left to those who check the kinds.
      if (![query, given].every((each) => each == null || typeof each === "string")) return;
      const documentId = (given as string | null | undefined) ?? undefined;
      const resolved = persisted.resolve({ query: query ?? undefined, extensions, documentId });
      if (typeof resolved === "object") throw asError(resolved);
      setParams({ ...params, query: resolved });
    },
    onParse({ params: { source } }) {
      if (!persisted.allows(String(source))) throw asError(NOT_TRUSTED);
    },
  };
}

/** Yoga reads the four parameters of the specification from a URL, and no other. */
function idInUrl({ method, url }: Request): string | undefined {
  if (method !== "GET" || !url.includes(DOCUMENT_ID)) return undefined;
  return new URLSearchParams(url.slice(url.indexOf("?") + 1)).get(DOCUMENT_ID) ?? undefined;
}

function asError({ message, code, status, wellFormed = false }: Refusal): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, spec: wellFormed } } });
}
