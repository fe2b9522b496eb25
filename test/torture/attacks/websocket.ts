/** WebSockets: handshakes that are none, frames that break the protocol, and far too many operations. */
import { type Attack, attacks, each, nest } from "./attack.ts";

const LEAVE_MS = 1_500;
const KEY = "AAAAAAAAAAAAAAAAAAAAAA==";

/** Bytes of a frame; a client's are masked, here by zeros. */
function frame(content: string | Buffer, opcode = 1, first = 0x80, mask = true): Buffer {
  const bytes = Buffer.from(content);
  const size =
    bytes.length < 126
      ? Buffer.from([bytes.length])
      : bytes.length < 65_536
        ? Buffer.from([126, bytes.length >> 8, bytes.length & 255])
        : Buffer.concat([Buffer.from([127, 0, 0, 0, 0]), wide(bytes.length)]);
  if (mask) size[0]! |= 0x80;
  return Buffer.concat([Buffer.from([first | opcode]), size, Buffer.alloc(mask ? 4 : 0), bytes]);
}

function wide(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

const handshake = (changes: Record<string, string> = {}) =>
  `GET /graphql HTTP/1.1\r\n${Object.entries({
    Host: "x",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Protocol": "graphql-transport-ws",
    ...changes,
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;

const message = (content: object) => frame(JSON.stringify(content));
const INIT = message({ type: "connection_init" });
const subscribe = (id: string, query: string, more: object = {}) =>
  message({ type: "subscribe", id, payload: { query, ...more } });
const EVENTS = "subscription { catalogUpdated { number } }";

/** A socket that is open, with what is sent on it: the first, and once that is answered the rest. */
const opened = (first: Buffer, ...rest: Buffer[]): Partial<Attack> => ({
  raw: [handshake(), first, Buffer.concat(rest)],
  pauseMs: 100,
  leaveAfterMs: LEAVE_MS,
});
/** The words behind a close code; the code itself is no text. */
const GOODBYES: Record<number, RegExp> = {
  4400: /Invalid message/,
  4401: /Unauthorized/,
  4409: /already exists/,
  4429: /Too many initiali[sz]ation requests/,
};
const closedWith = (code: number, first: Buffer, ...rest: Buffer[]): Partial<Attack> => ({
  ...opened(first, ...rest),
  always: GOODBYES[code]!,
});

export const websocket: Attack[] = [
  ...attacks("WebSocket handshake", {
    "without a key": { raw: [handshake({ "Sec-WebSocket-Key": "" })], always: / 400 / },
    "of an old version": { raw: [handshake({ "Sec-WebSocket-Version": "7" })], always: / 4\d\d / },
    "of another protocol": {
      raw: [handshake({ "Sec-WebSocket-Protocol": "graphql-ws, chat" })],
      always: / 400 /,
    },
    "on another path": {
      raw: [handshake().replace("/graphql", "/admin/queues")],
      never: /101 Switching/,
    },
    "by POST": { raw: [handshake().replace("GET", "POST")], never: /101 Switching/ },
    "of another site": {
      raw: [handshake({ Origin: "https://evil.example" }), INIT],
      pauseMs: 100,
      leaveAfterMs: LEAVE_MS,
      never: /set-cookie/i,
    },
    "with extensions without end": {
      raw: [handshake({ "Sec-WebSocket-Extensions": "permessage-deflate; ".repeat(900) })],
      leaveAfterMs: LEAVE_MS,
    },
    "a key that is an attack": {
      raw: [handshake({ "Sec-WebSocket-Key": `${KEY}<script>` })],
      never: /<script>/,
    },
    "an ordinary request afterwards": {
      raw: [handshake(), "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"],
      pauseMs: 100,
      leaveAfterMs: LEAVE_MS,
      never: /HTTP\/1\.1 200/,
    },
  }),
  ...attacks("WebSocket frames", {
    "not masked": opened(frame('{"type":"connection_init"}', 1, 0x80, false)),
    "of an unknown kind": opened(frame("x", 7)),
    "with reserved bits": opened(frame("x", 1, 0xf0)),
    "a part that is never whole": opened(INIT, frame("{", 1, 0), frame("x", 0, 0)),
    "the second part alone": opened(frame("x", 0)),
    "larger than a body may be": opened(INIT, frame("x".repeat(300_000))),
    "of a length that is none": opened(
      Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255]),
    ),
    "a long ping": opened(frame("x".repeat(200), 9)),
    "a thousand pings": opened(INIT, ...Array<Buffer>(1000).fill(frame("x", 9))),
    "a thousand pings of the protocol": opened(
      INIT,
      ...Array<Buffer>(1000).fill(message({ type: "ping" })),
    ),
    "pings whose echoes nobody reads": {
      ...opened(
        INIT,
        ...Array<Buffer>(100).fill(
          message({ type: "ping", payload: { text: "x".repeat(200_000) } }),
        ),
      ),
      times: 4,
    },
    "pongs nobody asked for": opened(INIT, ...Array<Buffer>(500).fill(message({ type: "pong" }))),
    "bytes that are no text": opened(frame(Buffer.from([0xff, 0xfe, 0xc0]))),
    "a binary message": opened(frame('{"type":"connection_init"}', 2)),
    "a goodbye of a code that is none": opened(frame(Buffer.from([0, 1]), 8)),
    "a goodbye of one byte": opened(frame(Buffer.from([3]), 8)),
    "ten thousand empty ones": opened(INIT, ...Array<Buffer>(10_000).fill(frame(""))),
  }),
  ...attacks("WebSocket messages", {
    "not JSON": opened(frame("{")),
    "JSON that is no message": opened(frame("[1]")),
    "JSON ten thousand deep": opened(frame(nest(50_000, "[", "", "]"))),
    "a ping twenty thousand deep": closedWith(
      4400,
      INIT,
      frame(`{"type":"ping","payload":${nest(20_000, '{"a":', "1", "}")}}`),
    ),
    "variables ten thousand deep": {
      ...opened(
        INIT,
        frame(
          `{"type":"subscribe","id":"1","payload":{"query":"query ($v: ModelFilter) { models(filter: $v) { totalCount } }","variables":{"v":${nest(10_000, '{"fits":', "1", "}")}}}}`,
        ),
      ),
      always: /DEPTH_LIMIT_EXCEEDED/,
    },
    "of an unknown type": opened(message({ type: "__proto__" })),
    "a question before the greeting": closedWith(4401, subscribe("1", EVENTS)),
    "two greetings": closedWith(4429, INIT, INIT),
    "one id twice": closedWith(4409, INIT, subscribe("1", EVENTS), subscribe("1", EVENTS)),
    "an id of a hundred kilobytes": opened(INIT, subscribe("i".repeat(100_000), EVENTS)),
    "ids that mean something in JavaScript": opened(
      INIT,
      ...["__proto__", "constructor", "toString"].map((id) => subscribe(id, EVENTS)),
    ),
    "no id": opened(INIT, message({ type: "subscribe", payload: { query: EVENTS } })),
    "no question": opened(INIT, message({ type: "subscribe", id: "1", payload: {} })),
    "the question as an object": opened(
      INIT,
      message({ type: "subscribe", id: "1", payload: { query: { a: 1 } } }),
    ),
    "the end of what never began": opened(INIT, message({ type: "complete", id: "x" })),
    "an answer from the client": closedWith(
      4400,
      INIT,
      message({ type: "next", id: "1", payload: { data: {} } }),
    ),
    "a document too deep": {
      ...opened(
        INIT,
        subscribe("1", `{ model(slug: "x") ${nest(50, "{ base ", "{ slug }", " }")} }`),
      ),
      always: /DEPTH_LIMIT_EXCEEDED/,
    },
    "a question too dear": {
      ...opened(
        INIT,
        subscribe(
          "1",
          "{ models(first: 100) { nodes { siblings(first: 100) { siblings(first: 100) { slug } } } } }",
        ),
      ),
      always: /COST_LIMIT_EXCEEDED/,
    },
    "ten thousand brackets": opened(INIT, subscribe("1", `{ a(b: ${"[".repeat(10_000)}`)),
    "a mutation": { ...opened(INIT, subscribe("1", "mutation { nothing }")), never: /"data":{/ },
    "a greeting with a token that is a guess": {
      ...opened(
        message({ type: "connection_init", payload: { authorization: `Bearer ${KEY}` } }),
        subscribe("1", 'mutation { syncSource(slug: "hugging-face") { __typename } }'),
      ),
      never: /"syncSource":{/,
    },
    "variables of another prototype": opened(
      INIT,
      frame(
        '{"type":"subscribe","id":"1","payload":{"query":"{ catalogVersion }","variables":{"__proto__":{"x":1}}}}',
      ),
    ),
    "extensions without end": opened(
      INIT,
      subscribe("1", "{ catalogVersion }", { extensions: { a: "x".repeat(200_000) } }),
    ),
    "a thousand subscriptions of one client": {
      ...opened(INIT, ...Array.from({ length: 1000 }, (_, n) => subscribe(`s${n}`, EVENTS))),
      always: /TOO_MANY_OPERATIONS/,
    },
    "a thousand questions of one client": opened(
      INIT,
      ...Array.from({ length: 1000 }, (_, n) => subscribe(`q${n}`, "{ catalogVersion }")),
    ),
    "begun and ended five hundred times": opened(
      INIT,
      ...Array.from({ length: 500 }, (_, n) =>
        Buffer.concat([subscribe(`s${n}`, EVENTS), message({ type: "complete", id: `s${n}` })]),
      ),
    ),
    ...each(
      [1, 2, 3],
      (n) => ({ ...opened(INIT), times: 10 * n, leaveAfterMs: 0 }),
      (n) => `greeted and left, ${10 * n} times`,
    ),
  }),
];
