/**
 * Requests whose end is a matter of opinion. A proxy and this server must never differ about where one
 * ends: what is ambiguous is refused and the connection closed, and what follows it is not answered.
 */
import { type Attack, attacks, each } from "../attack.ts";
import { JSON_BODY, line, posted, VERSION } from "./common.ts";

/** What an attacker wants to be answered as a request of its own. */
const HIDDEN = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
const REFUSED = /^HTTP\/1\.1 4\d\d/;
const ANSWERED = /HTTP\/1\.1 200/;
const TWO_ANSWERS = /HTTP\/1\.1 200.*HTTP\/1\.1 200/s;
const JSON_TYPE = "Content-Type: application/json";
const get = (...headers: string[]) =>
  line(`GET /graphql?query=${encodeURIComponent(VERSION)} HTTP/1.1`, ...headers);

export const smuggling: Attack[] = [
  ...attacks("smuggling", {
    ...each(
      [
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding: identity, chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding: chunked\r\nContent-Length: 6",
        "Content-Length: +6",
        "Content-Length: 0x6",
        "Content-Length: 6, 6, 7",
        "Content-Length: 6\r\nContent-Length: 0",
        "Content-Length: 6 6",
        "Content-Length: 99999999999999999999",
        " Content-Length: 6",
        "Content\u0000-Length: 6",
        "X: y\rContent-Length: 6",
      ],
      (header) => ({
        raw: [posted([JSON_TYPE, header], `0\r\n\r\n${HIDDEN}`)],
        always: REFUSED,
        never: ANSWERED,
      }),
      (header) => JSON.stringify(header),
    ),
    ...each(
      [
        `1;${"x".repeat(60_000)}\r\n{\r\n0\r\n\r\n`,
        "-1\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "2 \u0000\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}xx\r\n0\r\n\r\n",
        "10000000000000000\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nX: y\rHost: evil\r\n\r\n",
      ],
      (chunks) => ({
        raw: [posted([JSON_TYPE, "Transfer-Encoding: chunked"], chunks + HIDDEN)],
        never: TWO_ANSWERS,
      }),
      (chunks) => `chunks ${JSON.stringify(chunks).slice(0, 30)}`,
    ),
    "headers behind the chunks": {
      raw: [
        posted(
          [JSON_TYPE, "Transfer-Encoding: chunked", "Connection: close"],
          `${JSON_BODY.length.toString(16)}\r\n${JSON_BODY}\r\n0\r\nAuthorization: Bearer x\r\nContent-Length: 9\r\n\r\n`,
        ),
      ],
      never: TWO_ANSWERS,
    },
    "a body of a GET": {
      raw: [get("Content-Length: 5", "Connection: close"), "GET /"],
      always: /HTTP\/1\.1 200/,
    },
    "a request hidden in the body of a GET": {
      raw: [get(`Content-Length: ${HIDDEN.length}`, "Connection: close"), HIDDEN],
      never: TWO_ANSWERS,
    },
    "chunks of HTTP/1.0": {
      raw: [
        `POST /graphql HTTP/1.0\r\nHost: x\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
      ],
      never: ANSWERED,
    },
    "HTTP/1.9": { raw: [line("GET /livez HTTP/1.9", "Connection: close")] },
    "HTTP/9.9": { raw: [line("GET /livez HTTP/9.9")], always: REFUSED },
    "a line end in the path": {
      raw: [line("GET /livez\rX HTTP/1.1")],
      always: REFUSED,
    },
    "a blank in the path": { raw: [line("GET /livez x HTTP/1.1")], always: REFUSED },
    "a header with a blank in its name": {
      raw: [line("GET /livez HTTP/1.1", "Con tent: 1")],
      always: REFUSED,
    },
    "two hosts": {
      raw: [line("GET /livez HTTP/1.1", "Host: evil.example", "Connection: close")],
      never: /evil\.example/,
    },
    "a wait for permission, and no body": {
      raw: [posted([JSON_TYPE, "Expect: 100-continue", "Content-Length: 900"])],
      leaveAfterMs: 1_000,
    },
    "a wait for permission to send too much": {
      raw: [posted([JSON_TYPE, "Expect: 100-continue", "Content-Length: 999999999"])],
      leaveAfterMs: 1_000,
    },
    "a hundred requests at once": { raw: [get().repeat(99) + get("Connection: close")] },
    "a bad one among a hundred": {
      raw: [`${get().repeat(50)}BAD\r\n\r\n${get().repeat(50)}`],
      leaveAfterMs: 2_000,
    },
    "a hundred that are never read": { raw: [get().repeat(100)], leaveAfterMs: 0, times: 10 },
  }),
];
