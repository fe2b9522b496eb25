/** Requests that bend HTTP: methods, types, encodings, headers, paths, caches, and clients that dawdle. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Attack, ask, attacks, body, each, get } from "./attack.ts";

const VERSION = "{ catalogVersion }";
const JSON_BODY = JSON.stringify({ query: VERSION });
const MUTATION = 'mutation { syncSource(slug: "hugging-face") { __typename } }';
const EVIL = { origin: "https://evil.example", referer: "https://evil.example/" };
const SUBSCRIPTION = "subscription { catalogUpdated(after: 0) { number } }";

const line = (first: string, ...headers: string[]) =>
  `${[first, "Host: x", ...headers].join("\r\n")}\r\n\r\n`;
const posted = (headers: string[], text = "") => line("POST /graphql HTTP/1.1", ...headers) + text;
const sha = (text: string) => createHash("sha256").update(text).digest("hex");
const persisted = (hash: unknown, query?: string, version: unknown = 1) => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query, extensions: { persistedQuery: { version, sha256Hash: hash } } }),
});

export const http: Attack[] = [
  ...attacks("method", {
    ...each(["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "SEARCH"], (method) => ({ method })),
    "HEAD of a query": { ...get(VERSION), method: "HEAD" },
    "HEAD of a subscription": { ...get(SUBSCRIPTION), method: "HEAD" },
    "a mutation by GET": get(MUTATION),
    "a mutation by POST without a token": ask(MUTATION),
    "a mutation under another method": {
      ...get(MUTATION),
      headers: { "x-http-method-override": "POST" },
    },
    "OPTIONS *": { raw: [line("OPTIONS * HTTP/1.1", "Connection: close")] },
    CONNECT: { raw: [line("CONNECT 169.254.169.254:80 HTTP/1.1")] },
    "a method that is none": { raw: [line("GE\u0000T / HTTP/1.1")] },
    "HTTP/2 without asking": { raw: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] },
    "HTTP/0.9": { raw: ["GET /graphql\r\n\r\n"] },
    "no host": { raw: ["GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n"] },
    "not HTTP": {
      raw: ["\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003".repeat(20)],
    },
    "an absolute address": {
      raw: [line("GET http://169.254.169.254/latest HTTP/1.1", "Connection: close")],
    },
  }),
  ...attacks("content type", {
    "text/plain": body(JSON_BODY, "text/plain"),
    "a form": body(`query=${encodeURIComponent(VERSION)}`, "application/x-www-form-urlencoded"),
    "a mutation in a form": body(
      `query=${encodeURIComponent(MUTATION)}`,
      "application/x-www-form-urlencoded",
    ),
    "an upload": body(
      `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON_BODY}\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["__proto__.x"]}\r\n--b--\r\n`,
      "multipart/form-data; boundary=b",
    ),
    "application/graphql": body(VERSION, "application/graphql"),
    XML: body(
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
      "application/xml",
    ),
    none: { method: "POST", body: JSON_BODY },
    nonsense: body(JSON_BODY, "application/json;;;=,\"'"),
    "another alphabet": body(Buffer.from(JSON_BODY, "utf16le"), "application/json; charset=utf-16"),
    "a byte order mark": body(`\uFEFF${JSON_BODY}`),
    "bytes that are no text": body(Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d])),
    "JSON that is cut": body(JSON_BODY.slice(0, -2)),
    "more after JSON": body(`${JSON_BODY}{}`),
    ...each(
      ["", "null", "true", "7", '"x"', "{}"],
      body,
      (text) => `the body ${text || "of nothing"}`,
    ),
    "JSON ten thousand deep": body(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
  }),
  ...attacks("content encoding", {
    "a bomb of gzip": {
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(Buffer.alloc(50_000_000, 32), { level: 9 }),
    },
    ...each(["gzip", "br", "deflate", "zstd", "x", "gzip, gzip, gzip"], (coding) => ({
      headers: { "content-type": "application/json", "content-encoding": coding },
      body: JSON_BODY,
    })),
    "a type of the answer that is none": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", accept: "application/x-nothing" },
    },
    "two thousand types": { ...get(VERSION), headers: { accept: "a/b;q=0.1,".repeat(1500) } },
    "encodings of the answer": {
      ...get(VERSION),
      headers: { "accept-encoding": `${"gzip;q=0.0001,".repeat(900)}br` },
    },
  }),
  ...attacks("CSRF", {
    "a form of another site": {
      ...body(JSON_BODY, "text/plain"),
      headers: { ...EVIL, "content-type": "text/plain" },
    },
    "a mutation of another site": {
      ...ask(MUTATION),
      headers: { ...EVIL, "content-type": "text/plain" },
    },
    "with cookies": {
      ...ask(MUTATION),
      headers: {
        ...EVIL,
        "content-type": "application/json",
        cookie: "session=1",
        authorization: "Bearer guess",
      },
    },
    "a preflight for anything": {
      method: "OPTIONS",
      headers: {
        ...EVIL,
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "x".repeat(5000),
      },
    },
    "a page in a frame": {
      method: "GET",
      path: "/graphql",
      headers: { ...EVIL, accept: "text/html", "sec-fetch-dest": "iframe" },
    },
  }),
  ...attacks("cache", {
    ...each(
      [
        "x-forwarded-host",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-proto",
        "x-host",
        "forwarded",
        "accept-language",
        "x-http-method",
        "user-agent",
      ],
      (name) => ({ ...get("{ __typename }"), headers: { [name]: "evil.example\"'<script>" } }),
      (name) => `the header ${name}`,
    ),
    "the query twice": {
      method: "GET",
      path: `/graphql?query=${encodeURIComponent("{ __typename }")}&query=${encodeURIComponent(VERSION)}`,
    },
    "the query in two places": {
      ...ask("{ __typename }"),
      path: `/graphql?query=${encodeURIComponent(VERSION)}`,
    },
    "the name in two places": {
      ...ask("query a { __typename } query b { catalogVersion }", undefined, {
        operationName: "a",
      }),
      path: "/graphql?operationName=b",
    },
    "variables in another order": get(
      "query ($a: Int, $b: Int) { models(first: $a, last: $b) { totalCount } }",
      { variables: '{"b":null,"a":1}' },
    ),
    "variables that are no JSON": get(VERSION, { variables: "{" }),
    "a key with a separator": get("{ __typename }", { operationName: 'x","y' }),
    "a NUL between": { method: "GET", path: "/graphql?query=%7B__typename%7D%00&variables=%00" },
    "bad escapes": { method: "GET", path: "/graphql?query=%E0%A4%A&variables=%" },
    "plus for a blank": { method: "GET", path: "/graphql?query={+__typename+}" },
    "a semicolon for an ampersand": {
      method: "GET",
      path: "/graphql;query=x?query=%7B__typename%7D;variables=1",
    },
    "five hundred texts of one question": {
      ...get(`{ __typename } #${"x".repeat(4000)}`),
      times: 20,
    },
    "a version of the future": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "x-plimsoll-min-version": "999999999999" },
    },
    "a version that is none": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "x-plimsoll-min-version": "-1e9, {}" },
    },
    "cache control of the client": {
      ...get(VERSION),
      headers: { "cache-control": "no-store, max-age=0", pragma: "no-cache" },
    },
    "an error, which must not be kept": get('{ model(slug: "a", huggingFaceId: "b") { slug } }'),
  }),
  ...attacks("entity tag", {
    ...each(
      ["*", "", '"', 'W/"', '""', "x", '"a", W/"b", *', `"${"x".repeat(8000)}"`],
      (tag) => ({ ...get(VERSION), headers: { "if-none-match": tag } }),
      (tag) => `If-None-Match ${tag.slice(0, 20)}`,
    ),
    "fifteen hundred tags": {
      ...get(VERSION),
      headers: { "if-none-match": '"abcdefghij",'.repeat(1500) },
    },
    "of an error": { ...get("{ nothing }"), headers: { "if-none-match": "*" } },
    "of a POST": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "if-none-match": "*" },
    },
    "of a mutation": { ...get(MUTATION), headers: { "if-none-match": "*" } },
    "a precondition": {
      ...get(VERSION),
      headers: {
        "if-match": '"x"',
        "if-modified-since": "Thu, 01 Jan 2099 00:00:00 GMT",
        range: "bytes=0-1",
      },
    },
  }),
  ...attacks("persisted query", {
    "a hash without a query": persisted(sha("never seen")),
    "a hash of another query": persisted(sha("{ __typename }"), VERSION),
    "a hash that is none": persisted("__proto__"),
    "a hash of hundred kilobytes": persisted("a".repeat(100_000)),
    "a hash as an object": persisted({ $ne: 1 }),
    "another version": persisted(sha(VERSION), VERSION, 2),
    "no version": persisted(sha(VERSION), VERSION, null),
    "not an object": {
      headers: { "content-type": "application/json" },
      body: '{"extensions":{"persistedQuery":[]}}',
    },
    "a query that is wrong": persisted(sha("{ nothing }"), "{ nothing }"),
    "a query that is cut": persisted(sha("{"), "{"),
    "hundred to remember": { ...persisted(sha(`${VERSION}#1`), `${VERSION}#1`), times: 100 },
    "by GET": {
      method: "GET",
      path: `/graphql?extensions=${encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha("x") } }))}`,
    },
    "a document id": {
      headers: { "content-type": "application/json" },
      body: '{"documentId":"../../../etc/passwd"}',
    },
  }),
  ...attacks("headers", {
    "two thousand": {
      raw: [
        line(
          "GET /livez HTTP/1.1",
          ...Array.from({ length: 2100 }, (_, n) => `x-${n}: 1`),
          "Connection: close",
        ),
      ],
    },
    "one of a hundred kilobytes": {
      raw: [line("GET /livez HTTP/1.1", `x: ${"y".repeat(100_000)}`)],
    },
    "a path of a hundred kilobytes": {
      raw: [line(`GET /graphql?query=${"y".repeat(100_000)} HTTP/1.1`)],
    },
    "a length and chunks": {
      raw: [
        posted(
          [
            "Content-Type: application/json",
            "Content-Length: 4",
            "Transfer-Encoding: chunked",
            "Connection: close",
          ],
          "0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
        ),
      ],
    },
    "two lengths": { raw: [posted(["Content-Length: 4", "Content-Length: 44"], "{}{}")] },
    "a negative length": { raw: [posted(["Content-Length: -1"])] },
    "chunks of a size that is none": {
      raw: [
        posted(
          ["Content-Type: application/json", "Transfer-Encoding: chunked"],
          "zz\r\n{}\r\n0\r\n\r\n",
        ),
      ],
    },
    "a chunk without end": {
      raw: [
        posted(
          ["Content-Type: application/json", "Transfer-Encoding: chunked"],
          "fffffffffffffff\r\n{}",
        ),
      ],
    },
    "a header folded over lines": {
      raw: ["GET /livez HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\nConnection: close\r\n\r\n"],
    },
    "a header without a name": { raw: ["GET /livez HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n"] },
    "bare line feeds": { raw: ["GET /livez HTTP/1.1\nHost: x\nConnection: close\n\n"] },
    "a host that is an attack": {
      ...get(VERSION),
      headers: { host: "evil.example:99999/<script>" },
    },
    "a host of nothing": {
      raw: ["GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"],
    },
    "an expectation": {
      raw: [
        posted(
          [
            "Content-Type: application/json",
            "Expect: 200-maybe",
            "Content-Length: 2",
            "Connection: close",
          ],
          "{}",
        ),
      ],
    },
    "an upgrade to nothing": {
      raw: [
        line(
          "GET /graphql HTTP/1.1",
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
        ),
      ],
    },
    "five hundred cookies": { ...get(VERSION), headers: { cookie: "a=b; ".repeat(500) } },
    "a chain of proxies": {
      ...get(VERSION),
      headers: { "x-forwarded-for": "1.2.3.4, ".repeat(800) },
    },
    "a request in the request before": {
      raw: [
        posted(
          ["Content-Type: application/json", `Content-Length: ${JSON_BODY.length}`],
          JSON_BODY,
        ).repeat(50),
      ],
    },
    tokens: {
      ...ask(MUTATION),
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${"x".repeat(10_000)}`,
      },
    },
    "a trace of another": {
      ...get(VERSION),
      headers: {
        traceparent: '00-zz-"<script>-01',
        tracestate: "x".repeat(4000),
        "x-request-id": "a\tb<script>",
      },
    },
  }),
  ...attacks("path", {
    ...each(
      [
        "/../../etc/passwd",
        "/docs/../../../package.json",
        "/docs/..%2f..%2fpackage.json",
        "/docs/%2e%2e/%2e%2e/package.json",
        "/docs/....//package.json",
        "/docs/%00",
        "/docs/api%00.md",
        "/docs//etc/passwd",
        "/docs/\\..\\package.json",
        "/graphiql/../package.json",
        "//evil.example/",
        "/%",
        "/%0d%0aSet-Cookie:%20x=1",
        "/admin",
        "/admin/queues",
        "/.env",
        "/metrics?x=<script>",
        "/graphql/../admin",
        "/graphql%2f",
        "/GRAPHQL",
        "/?query=%7B__typename%7D",
        "/livez/%2e%2e/readyz",
        "/schema.graphql%00.html",
      ],
      (path) => ({ method: "GET", path }),
    ),
  }),
  ...attacks("slow", {
    "headers drop by drop": {
      raw: ["GET /livez HTTP/1.1\r\n", ...Array.from({ length: 200 }, (_, n) => `x-${n}: 1\r\n`)],
      pauseMs: 300,
    },
    "half a header": { raw: ["GET /liv"] },
    "nothing at all": { raw: [""] },
    "a body that does not come": {
      raw: [posted(["Content-Type: application/json", "Content-Length: 1000"], '{"query":')],
    },
    "a body drop by drop": {
      raw: [
        posted(["Content-Type: application/json", "Content-Length: 1000"]),
        ...Array(300).fill("x"),
      ],
      pauseMs: 300,
    },
    "chunks drop by drop": {
      raw: [
        posted(["Content-Type: application/json", "Transfer-Encoding: chunked"]),
        ...Array(300).fill("1\r\nx\r\n"),
      ],
      pauseMs: 300,
    },
    "an upgrade that says nothing": {
      raw: [
        line(
          "GET /graphql HTTP/1.1",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
          "Sec-WebSocket-Protocol: graphql-transport-ws",
        ),
      ],
    },
    "an upgrade and then noise": {
      raw: [
        line(
          "GET /graphql HTTP/1.1",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
          "Sec-WebSocket-Protocol: graphql-transport-ws",
        ),
        Buffer.alloc(5000, 0xff),
      ],
      pauseMs: 100,
    },
  }),
  ...attacks("subscription", {
    "opened and never read, fifty times": {
      ...get(SUBSCRIPTION),
      headers: { accept: "text/event-stream" },
      stream: true,
      times: 50,
    },
    "after a number of the future": {
      ...get("subscription { catalogUpdated(after: 999999999) { number } }"),
      headers: { accept: "text/event-stream" },
      stream: true,
    },
    "after a negative number": {
      ...get("subscription { catalogUpdated(after: -5) { number } }"),
      headers: { accept: "text/event-stream" },
      stream: true,
    },
    "two at once": {
      ...get("subscription { a: catalogUpdated { number } b: catalogUpdated { number } }"),
      headers: { accept: "text/event-stream" },
    },
    "as plain JSON": { ...get(SUBSCRIPTION), headers: { accept: "application/json" } },
    "with a filter of everything": {
      ...get(
        `subscription { catalogUpdated(filter: { kinds: [${"MODEL_ADDED,".repeat(400)}], model: "${"x".repeat(3000)}" }) { number } }`,
      ),
      headers: { accept: "text/event-stream" },
      stream: true,
    },
    "a client that hangs up in the middle": {
      raw: [
        line(
          `GET /graphql?query=${encodeURIComponent(SUBSCRIPTION)} HTTP/1.1`,
          "Accept: text/event-stream",
        ),
      ],
      stream: true,
      times: 20,
    },
    "of expensive events": {
      ...get(
        "subscription { catalogUpdated(after: 0) { model { siblings(first: 100) { siblings(first: 100) { slug } } } } }",
      ),
      headers: { accept: "text/event-stream" },
    },
  }),
];
