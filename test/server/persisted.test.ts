/** Documents that are named: by a hash after they were sent once, or by an id of the manifest. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { readTrustedDocuments } from "../../src/app/trusted-documents.ts";
import type { AnswerKind } from "../../src/server/graphql/answering.ts";
import type { Params } from "../../src/server/graphql/params.ts";
import { createPersistedDocuments } from "../../src/server/graphql/persisted.ts";
import { type RunningServer, type ServerOptions, serve } from "../../src/server/server.ts";
import { answer, subscribe } from "./ask.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
let kinds: AnswerKind[];

async function start(more: Partial<ServerOptions> = {}): Promise<void> {
  kinds = [];
  const options = { ...tinyOptions(tinyFeed()), onAnswer: (kind: AnswerKind) => kinds.push(kind) };
  const started = await serve(tinySchema, { ...options, ...more });
  server = started;
  onTestFinished(() => started.close());
}

const RESPONSE_TYPE = "application/graphql-response+json";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const named = (sha256Hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash } });

async function post(body: object, accept = RESPONSE_TYPE) {
  const headers = { accept, "content-type": "application/json" };
  const sent = { method: "POST", headers, body: JSON.stringify(body) };
  return answer(await fetch(`${server.url}/graphql`, sent));
}

async function get(params: Record<string, unknown>) {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const url = `${server.url}/graphql?${new URLSearchParams(texts)}`;
  return answer(await fetch(url, { headers: { accept: RESPONSE_TYPE } }));
}

const codeOf = ({ body }: { body: { errors?: { extensions?: { code?: unknown } }[] } }) =>
  body.errors?.[0]?.extensions?.code;

describe("automatic persisted queries", () => {
  const query = "{ version }";
  const extensions = named(sha256(query));

  beforeEach(() => start());

  test("are unknown, then registered by a POST, then found by GET and kept", async () => {
    const unknown = await get({ extensions });
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "PERSISTED_QUERY_NOT_FOUND"]);
    expect(unknown.headers.get("cache-control")).toBe("no-store");
    expect((await post({ query, extensions })).body.data).toEqual({ version: 1 });
    const found = await get({ extensions });
    expect(found.body.data).toEqual({ version: 1 });
    expect(found.headers.get("etag")).not.toBeNull();
    await get({ extensions });
    expect(kinds).toEqual(["refused", "computed", "computed", "hit"]);
    expect((await post({ extensions })).body.data).toEqual({ version: 1 });
  });

  test("are asked for with status 200 by a client that takes only JSON", async () => {
    const unknown = await post({ extensions }, "application/json");
    expect(unknown.status).toBe(200);
    expect(unknown.body.errors?.[0]?.message).toBe("PersistedQueryNotFound");
  });

  test("are not taken under a false hash", async () => {
    const wrong = await post({ query: "{ clock { now } }", extensions });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, "PERSISTED_QUERY_MISMATCH"]);
    expect(codeOf(await post({ extensions }))).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  test("are not kept when they are not valid, nor from a GET", async () => {
    const nonsense = "{ nonsense }";
    const its = named(sha256(nonsense));
    expect(codeOf(await post({ query: nonsense, extensions: its }))).toBe(
      "GRAPHQL_VALIDATION_FAILED",
    );
    expect(codeOf(await get({ extensions: its }))).toBe("PERSISTED_QUERY_NOT_FOUND");
    expect((await get({ query, extensions })).body.data).toEqual({ version: 1 });
    expect(codeOf(await get({ extensions }))).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  test("are forgotten, the longest unused first, beyond a thousand of them", () => {
    const documents = createPersistedDocuments({ trusted: null, trustedOnly: false });
    const ids = Array.from({ length: 1_001 }, (_, index) => named(String(index)));
    const params = (extensions: object, text?: string) =>
      ({ query: text, extensions }) as unknown as Params;
    for (const extensions of ids) documents.register(params(extensions, query));
    expect(documents.resolve(params(ids[0]!))).toMatchObject({
      code: "PERSISTED_QUERY_NOT_FOUND",
    });
    expect(documents.resolve(params(ids[1]!))).toBe(query);
  });

  test("of another kind are refused so that the client sends whole documents", async () => {
    for (const persistedQuery of [{ version: 2, sha256Hash: "x" }, { version: 1 }, "x", 7]) {
      const refused = await post({ query, extensions: { persistedQuery } });
      expect(codeOf(refused)).toBe("PERSISTED_QUERY_NOT_SUPPORTED");
    }
  });

  test("work with Apollo Client, unmodified", async () => {
    const client = () =>
      new ApolloClient({
        cache: new InMemoryCache(),
        link: ApolloLink.from([
          new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
          new HttpLink({ uri: `${server.url}/graphql` }),
        ]),
      });
    for (const _client of [1, 2]) {
      const { data } = await client().query({ query: gql("query V { version }") });
      expect(data).toEqual({ version: 1 });
    }
    // Unknown by GET, sent by POST, and the second client needs only the GET.
    expect(kinds).toEqual(["refused", "computed", "computed"]);
  });
});

describe("trusted documents", () => {
  const documents = {
    page: "query Page($n: Int!) { echo(number: $n) }",
    live: "subscription Live { counted }",
    [sha256("{ version }")]: "{ version }",
  };
  const trusted = new Map(Object.entries(documents));

  test("are run by their id, by GET and POST, beside all others", async () => {
    await start({ trusted });
    const variables = { n: 5 };
    for (const ask of [get, post]) {
      expect((await ask({ documentId: "page", variables })).body.data).toEqual({ echo: "5" });
      expect((await ask({ query: "{ version }" })).body.data).toEqual({ version: 1 });
    }
    await get({ documentId: "page", variables });
    expect(kinds.at(-1)).toBe("hit");
  });

  test("can be named by hash like automatic ones, without having been sent", async () => {
    await start({ trusted });
    const extensions = named(sha256("{ version }"));
    expect((await get({ extensions })).body.data).toEqual({ version: 1 });
  });

  test("are not the documents that only a client has registered", async () => {
    await start({ trusted });
    const query = "{ clock { now } }";
    await post({ query, extensions: named(sha256(query)) });
    const unknown = await post({ documentId: sha256(query) });
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "DOCUMENT_NOT_FOUND"]);
  });

  test("are named or sent, not both", async () => {
    await start({ trusted });
    const both = await post({ documentId: "page", query: "{ version }" });
    expect([both.status, codeOf(both)]).toEqual([400, "BAD_USER_INPUT"]);
  });

  test("can be subscribed to by id", async () => {
    await start({ trusted, trustedOnly: true });
    const url = `${server.url}/graphql?documentId=live`;
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const response = await fetch(url, {
      headers: { accept: "text/event-stream" },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
  });

  test("can be the only ones, whatever way another is sent", async () => {
    await start({ trusted, trustedOnly: true });
    expect((await get({ query: "{ version }" })).body.data).toEqual({ version: 1 });
    const query = "{ clock { now } }";
    for (const refused of [
      await get({ query }),
      await post({ query }),
      await post({ query, extensions: named(sha256(query)) }),
    ]) {
      expect([refused.status, codeOf(refused)]).toEqual([403, "DOCUMENT_NOT_TRUSTED"]);
    }
    expect(codeOf(await get({ extensions: named(sha256(query)) }))).toBe("DOCUMENT_NOT_FOUND");
    const form = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { accept: RESPONSE_TYPE, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ query }),
    });
    expect(codeOf(await answer(form))).toBe("DOCUMENT_NOT_TRUSTED");
    const stream = await subscribe(server.url, query);
    expect(await stream.response.text()).toContain("DOCUMENT_NOT_TRUSTED");
  });

  test("of another manifest make other tags", async () => {
    const tags = new Set<string | null>();
    for (const text of ["{ version }", "{ again: version }"]) {
      await start({ trusted: new Map([["home", text]]) });
      tags.add((await get({ documentId: "home" })).headers.get("etag"));
    }
    expect(tags.size).toBe(2);
  });
});

describe("the manifest", () => {
  async function fileOf(text: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-manifest-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "documents.json"), text);
    return join(folder, "documents.json");
  }

  test("is read from a file", async () => {
    const file = await fileOf('{"home": "{ version }"}');
    const read = await readTrustedDocuments({ file, only: true });
    expect(read).toEqual({ trusted: new Map([["home", "{ version }"]]), trustedOnly: true });
  });

  test.each(["[]", '{"home": 7}', "nonsense"])("that says %s stops the start", async (text) => {
    const file = await fileOf(text);
    await expect(readTrustedDocuments({ file, only: false })).rejects.toMatchObject({
      code: "BAD_CONFIGURATION",
      message: expect.stringContaining(file),
    });
  });

  test("must be there when nothing else is run", async () => {
    await expect(readTrustedDocuments({ file: null, only: true })).rejects.toMatchObject({
      message: expect.stringContaining("TRUSTED_DOCUMENTS"),
    });
    expect(await readTrustedDocuments({ file: null, only: false })).toEqual({
      trusted: null,
      trustedOnly: false,
    });
  });
});
