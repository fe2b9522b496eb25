/** Asking a server under test: a GraphQL question by GET or POST, and a stream of events. */
export interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Record<string, unknown> | null;
    errors?: { message: string; path?: string[]; extensions?: Record<string, unknown> }[];
  };
}

export async function ask(url: string, query: string, variables?: object): Promise<Answer> {
  return answer(
    await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
      },
      body: JSON.stringify({ query, variables }),
    }),
  );
}

/** A GET, with an entity tag of an earlier answer where one is given. */
export function get(url: string, query: string, tag?: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/graphql-response+json" };
  if (tag) headers["if-none-match"] = tag;
  return fetch(`${url}/graphql?${new URLSearchParams({ query })}`, { headers });
}

export async function answer(response: Response): Promise<Answer> {
  const body = (await response.json()) as Answer["body"];
  return { status: response.status, headers: response.headers, body };
}

export interface StreamPart {
  event: string;
  data: Answer["body"] | null;
}

export interface OpenStream {
  response: Response;
  parts: AsyncGenerator<StreamPart>;
  /** Leaves as a client does: by closing the connection. */
  leave(): void;
}

/** Opens a subscription as server-sent events; keep-alive comments are left out. */
export async function subscribe(url: string, query: string): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: "text/event-stream" },
    signal: leaving.signal,
  });
  return { response, parts: parse(response), leave: () => leaving.abort() };
}

async function* parse(response: Response): AsyncGenerator<StreamPart> {
  let pending = "";
  for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
    pending += bytes;
    const blocks = pending.split("\n\n");
    pending = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (event) yield { event, data: data ? JSON.parse(data) : null };
    }
  }
}
