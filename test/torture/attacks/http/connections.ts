/** Clients that dawdle, fall silent or never read. */
import { type Attack, attacks, get } from "../attack.ts";
import { line, posted, SUBSCRIPTION } from "./common.ts";

const UPGRADE = line(
  "GET /graphql HTTP/1.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  "Sec-WebSocket-Protocol: graphql-transport-ws",
);

export const connections: Attack[] = [
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
      raw: [UPGRADE],
    },
    "an upgrade and then noise": {
      raw: [UPGRADE, Buffer.alloc(5000, 0xff)],
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
