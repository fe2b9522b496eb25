/** Finished answers: which are given again, to whom, in which form, and until when. */
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { catalogState, createCatalogClock } from "../../src/events/catalog-clock.ts";
import type { AnswerKind } from "../../src/server/graphql/answering.ts";
import { type RunningServer, type ServerOptions, serve } from "../../src/server/server.ts";
import { type TinyFeed, tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let feed: TinyFeed;
let server: RunningServer;
let kinds: AnswerKind[];

async function start(more: Partial<ServerOptions> = {}): Promise<void> {
  feed = tinyFeed();
  kinds = [];
  const options = { ...tinyOptions(feed), onAnswer: (kind: AnswerKind) => kinds.push(kind) };
  const started = await serve(tinySchema, { ...options, ...more });
  server = started;
  onTestFinished(() => started.close());
}

beforeEach(() => start());

const JSON_TYPE = "application/json";
const RESPONSE_TYPE = "application/graphql-response+json";

function get(params: Record<string, string>, headers: Record<string, string> = {}) {
  const url = `${server.url}/graphql?${new URLSearchParams(params)}`;
  return fetch(url, { headers: { accept: JSON_TYPE, ...headers } });
}

function post(body: unknown, headers: Record<string, string> = {}, method = "POST") {
  return fetch(`${server.url}/graphql`, {
    method,
    headers: { accept: JSON_TYPE, "content-type": JSON_TYPE, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const dataOf = async (response: Response | Promise<Response>) =>
  ((await (await response).json()) as { data: Record<string, unknown> }).data;

/** With Node's own client, which neither asks for an encoding nor decodes one by itself. */
function raw(query: string, headers: Record<string, string>) {
  const url = `${server.url}/graphql?${new URLSearchParams({ query })}`;
  return new Promise<{ headers: NodeJS.Dict<string | string[]>; status: number; body: Buffer }>(
    (resolve, reject) => {
      const sent = request(url, { headers }, async (res) => {
        const chunks: Buffer[] = [];
        for await (const chunk of res) chunks.push(chunk);
        resolve({ headers: res.headers, status: res.statusCode!, body: Buffer.concat(chunks) });
      });
      sent.on("error", reject).end();
    },
  );
}

describe("a question asked again", () => {
  test.each([
    ["GET", () => get({ query: "{ version }" })],
    ["POST", () => post({ query: "{ version }" })],
    ["QUERY", () => post({ query: "{ version }" }, {}, "QUERY")],
  ])("by %s is answered from the store, until the catalog changes", async (_method, ask) => {
    expect(await dataOf(ask())).toEqual({ version: 1 });
    const again = await ask();
    expect(again.headers.get("x-plimsoll-version")).toBe("1");
    expect(await dataOf(again)).toEqual({ version: 1 });
    feed.change();
    const after = await ask();
    expect(after.headers.get("x-plimsoll-version")).toBe("2");
    expect(await dataOf(after)).toEqual({ version: 2 });
    expect(kinds).toEqual(["computed", "hit", "computed"]);
  });

  test("by HEAD has the headers of GET", async () => {
    const whole = await get({ query: "{ version }" });
    const url = `${server.url}/graphql?${new URLSearchParams({ query: "{ version }" })}`;
    const head = await fetch(url, { method: "HEAD", headers: { accept: JSON_TYPE } });
    expect(kinds).toEqual(["computed", "hit"]);
    for (const name of ["etag", "content-length", "content-type", "x-plimsoll-version"]) {
      expect(head.headers.get(name), name).toBe(whole.headers.get(name));
    }
  });

  test("is computed once when many ask at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => dataOf(get({ query: "{ slow }" }))),
    );
    expect(new Set(answers.map((data) => data.slow))).toEqual(new Set(["at last"]));
    expect(kinds.filter((kind) => kind === "computed")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "joined")).toHaveLength(19);
  });

  test("goes on for the others when the first who asked leaves", async () => {
    const leaving = new AbortController();
    const url = `${server.url}/graphql?${new URLSearchParams({ query: "{ slow }" })}`;
    const headers = { accept: JSON_TYPE };
    const first = fetch(url, { headers, signal: leaving.signal });
    first.catch(() => {});
    await sleep(100);
    const second = dataOf(fetch(url, { headers }));
    await sleep(50);
    leaving.abort();
    expect(await second).toEqual({ slow: "at last" });
    await expect(first).rejects.toThrow();
  });

  test("has no answer of a catalog that changed meanwhile", async () => {
    const before = dataOf(get({ query: "{ slow version }" }));
    await sleep(100);
    feed.change();
    const after = dataOf(get({ query: "{ slow version }" }));
    await Promise.all([before, after]);
    expect(kinds).toEqual(["computed", "computed"]);
    expect(await dataOf(get({ query: "{ slow version }" }))).toMatchObject({ version: 2 });
    expect(kinds.at(-1)).toBe("hit");
  });
});

describe("answers are kept apart", () => {
  const query = "query A($n: Int!) { echo(number: $n) } query B { version }";

  test("by operation, variables and way of asking", async () => {
    const variables = (n: number) => JSON.stringify({ n });
    const asked = [
      () => get({ query, operationName: "A", variables: variables(1) }),
      () => get({ query, operationName: "A", variables: variables(2) }),
      () => get({ query, operationName: "B", variables: variables(1) }),
      () => post({ query, operationName: "A", variables: { n: 3 } }),
      () => post({ query, operationName: "A", variables: { n: 4 } }),
      () => post({ query, operationName: "B", variables: { n: 3 } }),
    ];
    const want = [{ echo: "1" }, { echo: "2" }, { version: 1 }, { echo: "3" }, { echo: "4" }];
    for (const _round of [1, 2]) {
      const got = await Promise.all(asked.map((ask) => dataOf(ask())));
      expect(got).toEqual([...want, { version: 1 }]);
    }
    expect(kinds.slice(6)).toEqual(Array.from({ length: 6 }, () => "hit"));
  });

  test("the order of variables makes no other answer", async () => {
    const two = "query($a: Int!, $b: Int!) { a: echo(number: $a) b: echo(number: $b) }";
    const ab = await dataOf(post(`{"query":${JSON.stringify(two)},"variables":{"a":1,"b":2}}`));
    const ba = await dataOf(post(`{"query":${JSON.stringify(two)},"variables":{"b":2,"a":1}}`));
    expect(ba).toEqual(ab);
  });

  test("by media type, whose name the answer carries", async () => {
    for (const _round of [1, 2]) {
      for (const accept of [JSON_TYPE, RESPONSE_TYPE]) {
        const response = await get({ query: "{ version }" }, { accept });
        expect(response.headers.get("content-type")).toBe(`${accept}; charset=utf-8`);
        expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
      }
    }
    const tags = await Promise.all(
      [JSON_TYPE, RESPONSE_TYPE].map(async (accept) =>
        (await get({ query: "{ version }" }, { accept })).headers.get("etag"),
      ),
    );
    expect(new Set(tags).size).toBe(2);
  });

  test("a weight in Accept is respected", async () => {
    const accept = `${JSON_TYPE};q=0.5, ${RESPONSE_TYPE}`;
    const response = await get({ query: "{ version }" }, { accept });
    expect(response.headers.get("content-type")).toContain(RESPONSE_TYPE);
    const refused = await get({ query: "{ version }" }, { accept: "image/png" });
    expect(refused.status).toBe(406);
  });

  test.each(["constructor", "__proto__", "toString"])(
    "a name that every object knows (%s) is no media type",
    async (accept) => {
      const query = `{ ${accept.replaceAll("_", "")}: version }`;
      expect((await get({ query }, { accept })).status).toBe(406);
      expect((await post({ query }, { accept })).status).toBe(406);
      const response = await get({ query }, { accept: JSON_TYPE });
      expect(response.headers.get("content-type")).toBe(`${JSON_TYPE}; charset=utf-8`);
    },
  );

  test("no body passes for a URL, and none for another encoding of JSON", async () => {
    const params = new URLSearchParams({ query: "{ version }" }).toString();
    await get({ query: "{ version }" });
    expect((await post(params)).status).toBe(400);
    const utf16 = { "content-type": "application/json; charset=utf-16" };
    await post({ query: "{ version }" });
    await post({ query: "{ version }" }, utf16);
    expect(kinds).toEqual(["computed", "passed", "computed", "passed"]);
  });

  test("an escaped body that says the same is understood the same", async () => {
    const plain = await dataOf(post('{"query":"{ version }"}'));
    const escaped = await dataOf(post('{"query":"{ \\u0076ersion }"}'));
    expect(escaped).toEqual(plain);
  });
});

describe("not kept", () => {
  test.each([
    ["an answer with errors", { query: "{ refused }" }, {}],
    ["a volatile field", { query: "{ clock { now } }" }, {}],
    ["a question under somebody's name", { query: "{ version }" }, { authorization: "Bearer x" }],
  ])("%s", async (_what, params, headers) => {
    for (const _round of [1, 2]) {
      const response = await get(params, headers);
      expect(response.headers.get("etag")).toBeNull();
      expect(response.headers.get("cache-control")).toBe("no-store");
      const posted = await post(params, headers);
      expect(posted.headers.get("cache-control")).toBe("no-store");
    }
    expect(kinds).toEqual(Array.from({ length: 4 }, () => "computed"));
  });

  test("a mutation, and it is refused where nothing may change", async () => {
    const mutation = { query: "mutation { touch }" };
    for (const _round of [1, 2]) expect(await dataOf(post(mutation))).toEqual({ touch: "touched" });
    expect(kinds).toEqual(["passed", "passed"]);
    expect((await get(mutation)).status).toBe(405);
    expect((await post(mutation, {}, "QUERY")).status).toBe(405);
  });

  test("anything while the catalog's version cannot be known", async () => {
    const clock = createCatalogClock(() => Promise.reject(new Error("gone")));
    await start({ feed: { ...tinyFeed(), clock } });
    for (const _round of [1, 2]) {
      const response = await get({ query: "{ version }" });
      expect(response.headers.get("etag")).toBeNull();
      expect(response.headers.get("x-plimsoll-version")).toBeNull();
      expect(await dataOf(response)).toEqual({ version: 1 });
    }
    expect(kinds).toEqual(["computed", "computed"]);
  });

  test("anything when no memory is given", async () => {
    await start({ answerBytes: 0 });
    await get({ query: "{ version }" });
    await get({ query: "{ version }" });
    expect(kinds).toEqual(["computed", "computed"]);
  });
});

describe("forms of one answer", () => {
  const large = `{ ${Array.from({ length: 60 }, (_, n) => `aLongerName${n}: echo(number: ${n})`).join(" ")} }`;

  test("a client gets the encoding it prefers, with a tag of its own", async () => {
    const plain = await raw(large, { accept: JSON_TYPE });
    const forms = [
      ["gzip", "gzip", gunzipSync],
      ["gzip, deflate, br", "br", brotliDecompressSync],
      ["br;q=0.1, gzip", "gzip", gunzipSync],
      ["br;q=0, gzip;q=0", undefined, (body: Buffer) => body],
      ["zstd", undefined, (body: Buffer) => body],
    ] as const;
    for (const _round of [1, 2]) {
      for (const [accepted, encoding, decode] of forms) {
        const { headers, body } = await raw(large, {
          accept: JSON_TYPE,
          "accept-encoding": accepted,
        });
        expect(headers["content-encoding"], accepted).toBe(encoding);
        expect(headers["content-length"]).toBe(String(body.length));
        expect(decode(body).equals(plain.body)).toBe(true);
        const { etag } = plain.headers;
        expect(headers.etag === etag, accepted).toBe(encoding === undefined);
      }
    }
  });

  test("a short answer is not compressed", async () => {
    const { headers } = await raw("{ version }", { accept: JSON_TYPE, "accept-encoding": "gzip" });
    expect(headers["content-encoding"]).toBeUndefined();
  });

  test.each(["gzip", "br", ""])("the tag of each form (%s) is confirmed", async (encoding) => {
    const headers = { accept: JSON_TYPE, "accept-encoding": encoding };
    const { headers: got } = await raw(large, headers);
    const held = { ...headers, "if-none-match": String(got.etag) };
    const again = await raw(large, held);
    expect([again.status, again.headers.etag, again.body.length]).toEqual([304, got.etag, 0]);
    feed.change();
    expect((await raw(large, held)).status).toBe(200);
  });

  test("a tag is confirmed also when the answer is not held any more", async () => {
    await start({ answerBytes: 0 });
    const tag = (await get({ query: "{ version }" })).headers.get("etag")!;
    const again = await get({ query: "{ version }" }, { "if-none-match": tag });
    expect(again.status).toBe(304);
    expect(kinds).toEqual(["computed", "confirmed"]);
  });
});

describe("x-plimsoll-min-version", () => {
  const at = (version: string) =>
    get({ query: "{ version }" }, { "x-plimsoll-min-version": version });

  test("what is reached is answered, also from the store", async () => {
    await at("1");
    await at("0");
    expect(kinds).toEqual(["computed", "hit"]);
  });

  test("what another process has written is waited for", async () => {
    await at("1");
    const waiting = at("2");
    await sleep(100);
    feed.change();
    expect(await dataOf(waiting)).toEqual({ version: 2 });
  });

  test("what does not come is refused with 503 and when to ask again", async () => {
    const response = await at("99");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect(errors[0]?.extensions).toEqual({
      code: "VERSION_NOT_REACHED",
      retryable: true,
      details: { asked: 99, reached: 1 },
    });
  });

  test("holds for a mutation and for every other way of sending, too", async () => {
    const headers = { "x-plimsoll-min-version": "99" };
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const statuses = await Promise.all([
      post({ query: "mutation { touch }" }, headers),
      post(new URLSearchParams({ query: "{ version }" }).toString(), form),
      get({ query: "{ version }" }, { ...headers, accept: "text/event-stream" }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 503]);
  });

  test.each(["-1", "1.5", "one", "1e3"])("%s is not a version", async (text) => {
    const response = await at(text);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(text);
  });
});

test("a limiter is asked before anything is answered", async () => {
  const admit = vi.fn<NonNullable<ServerOptions["admit"]>>((_req, res) => {
    if (admit.mock.calls.length < 3) return true;
    res.writeHead(429).end();
    return false;
  });
  await start({ admit });
  const statuses = [];
  for (const _each of [1, 2, 3]) statuses.push((await get({ query: "{ version }" })).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect(kinds).toEqual(["computed", "hit"]);
});

test("the clock of a feed that hears nothing is asked each time", async () => {
  let stored = catalogState(1, 1, "log");
  const clock = createCatalogClock(async () => stored);
  await start({ feed: { ...tinyFeed(), clock } });
  await get({ query: "{ version }" });
  stored = catalogState(2, 2, "log");
  expect((await get({ query: "{ version }" })).headers.get("x-plimsoll-version")).toBe("2");
});
