/** Methods, paths and addresses that bend HTTP. */
import { type Attack, ask, attacks, each, get } from "../attack.ts";
import { line, MUTATION, SUBSCRIPTION, VERSION } from "./common.ts";

export const methods: Attack[] = [
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
];
