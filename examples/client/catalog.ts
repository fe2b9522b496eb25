/**
 * A client of the catalog in a page of code: no library, only `fetch` and the generated types. What a
 * page needs is one call of `ask`; what it shows live is one loop over `follow`.
 */

/** A refusal: `code` is stable, the message is for people. */
export class CatalogError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = "CatalogError";
    this.code = code;
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  const [error] = errors ?? [];
  if (error) throw new CatalogError(error.message, error.extensions?.code ?? "UNKNOWN");
  return data as Data;
}

const post = (endpoint: string, accept: string, body: object, signal?: AbortSignal) =>
  fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify(body),
    signal,
  });

/** The answer to a query; throws a `CatalogError` when it is refused. */
export async function ask<Data, Variables>(
  endpoint: string,
  query: string,
  variables?: Variables,
): Promise<Data> {
  const response = await post(endpoint, "application/graphql-response+json", { query, variables });
  return dataOf<Data>((await response.json()) as Answer<Data>);
}

/** Every event of a subscription, as server-sent events bring them, until the signal ends it. */
export async function* follow<Data>(
  endpoint: string,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<Data> {
  const response = await post(endpoint, "text/event-stream", { query }, signal);
  if (!response.body) return;
  let pending = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const messages = (pending + chunk).split("\n\n");
    pending = messages.pop() ?? "";
    for (const message of messages) {
      const line = message.split("\n").find((one) => one.startsWith("data: {"));
      if (line) yield dataOf<Data>(JSON.parse(line.slice("data: ".length)) as Answer<Data>);
    }
  }
}
