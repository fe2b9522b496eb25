/** Headers that are too many, too long, that contradict each other or come from another site. */
import { type Attack, ask, attacks, body, get } from "../attack.ts";
import { EVIL, JSON_BODY, line, MUTATION, posted, VERSION } from "./common.ts";

export const headers: Attack[] = [
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
];
