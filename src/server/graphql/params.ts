/**
 * The parameters of an ordinary question, from the URL of a GET or the body of a POST. Whatever is not
 * ordinary gives null here and goes through the GraphQL server's own HTTP handling, which knows what
 * to say about it.
 */

export interface Params {
  /** The document; undefined when it is named by an id. */
  query: string | undefined;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  extensions: Record<string, unknown> | undefined;
  documentId: string | undefined;
}

const NAMES = new Set(["query", "operationName", "variables", "extensions", "documentId"]);

/** Reads what follows the question mark of a URL. */
export function paramsOfSearch(search: string): Params | null {
  const given = new URLSearchParams(search);
  const text = (name: string) => given.get(name) || undefined;
  try {
    return checked({
      query: text("query"),
      operationName: text("operationName"),
      variables: JSON.parse(text("variables") ?? "null"),
      extensions: JSON.parse(text("extensions") ?? "null"),
      documentId: text("documentId"),
    });
  } catch {
    return null;
  }
}

/** Reads a JSON body. */
export function paramsOfBody(body: Buffer): Params | null {
  try {
    return checked(JSON.parse(body.toString()));
  } catch {
    return null;
  }
}

function checked(given: unknown): Params | null {
  if (!isMap(given)) return null;
  for (const name in given) if (!NAMES.has(name)) return null;
  const { query, operationName, variables, extensions, documentId } = given;
  const ordinary =
    [query, operationName, documentId].every(
      (value) => value == null || typeof value === "string",
    ) && [variables, extensions].every((value) => value == null || isMap(value));
  if (!ordinary) return null;
  return {
    query: (query as string | null) ?? undefined,
    operationName: (operationName as string | null) ?? undefined,
    variables: (variables as Params["variables"] | null) ?? undefined,
    extensions: (extensions as Params["extensions"] | null) ?? undefined,
    documentId: (documentId as string | null) ?? undefined,
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
