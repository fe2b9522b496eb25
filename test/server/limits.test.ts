/** What a request may not do: be too large, too slow, too long or too many at once. */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { createGraphqlHandler } from "../../src/server/graphql/handler.ts";
import { MAX_ALIASES, MAX_BODY_BYTES, MAX_TOKENS } from "../../src/server/graphql/limits.ts";
import { LIMITS, listen } from "../../src/server/http/listener.ts";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { ask } from "./ask.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await serve(tinySchema, tinyOptions(tinyFeed()));
});
afterAll(() => server.close());

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    duplex: "half",
  } as RequestInit);

test("headers over the limit, the URL among them, are refused with 431", async () => {
  const most = LIMITS.maxHeaderSize!;
  const ask = (url: number, header: number) =>
    fetch(`${server.url}/graphql?query={version}&x=${"x".repeat(url)}`, {
      headers: { "x-long": "y".repeat(header) },
    });
  expect((await ask(most / 2, most / 4)).status).toBe(200);
  expect((await ask(most / 2, most / 2)).status).toBe(431);
});

test("a body over the limit is refused with 413, with or without a length", async () => {
  const body = JSON.stringify({
    query: "{ version }",
    variables: { x: "y".repeat(MAX_BODY_BYTES) },
  });
  expect((await post(body)).status).toBe(413);
  const chunks = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
  expect((await post(chunks)).status).toBe(413);
});

test("a client that leaves in the middle of its body is no failure of ours", async () => {
  const logged: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void logged.push(line) });
  const own = await serve(tinySchema, tinyOptions(tinyFeed(), log));
  onTestFinished(() => own.close());
  const head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const socket = connect(own.port, "127.0.0.1");
  socket.write(`${head}Content-Length: 100\r\n\r\n{"query":`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  await once(socket, "close");
  expect((await ask(own.url, "{ version }")).status).toBe(200);
  expect(logged).toEqual([]);
});

test("a body below the limit is read", async () => {
  const query = `{ version } # ${"y".repeat(MAX_BODY_BYTES - 1_000)}`;
  expect((await ask(server.url, query)).status).toBe(200);
});

test("a document of too many tokens is not parsed to its end", async () => {
  const { status, body } = await ask(server.url, `{ ${"version ".repeat(MAX_TOKENS)} }`);
  expect(status).toBe(400);
  expect(body.errors?.[0]?.message).toContain(`${MAX_TOKENS} tokens`);
});

test("a document of too many aliases is refused with a code", async () => {
  const aliases = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: version`).join(" ")} }`;
  expect((await ask(server.url, aliases(MAX_ALIASES))).status).toBe(200);
  const { status, body } = await ask(server.url, aliases(MAX_ALIASES + 1));
  expect(status).toBe(400);
  expect(body.errors).toHaveLength(1);
  expect(body.errors?.[0]?.extensions?.code).toBe("TOO_MANY_ALIASES");
  // A thousand are more tokens than are read at all.
  const thousand = await ask(server.url, aliases(1_000));
  expect(thousand.status).toBe(400);
  expect(thousand.body.errors).toHaveLength(1);
  expect(thousand.body.errors?.[0]?.extensions?.code).toBe("GRAPHQL_PARSE_FAILED");
});

test("an introspection that nests for ever is refused", async () => {
  const nested = (depth: number): string =>
    depth ? `fields { type { ${nested(depth - 1)} } }` : "name";
  const { status } = await ask(server.url, `{ __schema { types { ${nested(5)} } } }`);
  expect(status).toBe(400);
});

test("batches are refused", async () => {
  expect((await post(JSON.stringify([{ query: "{ version }" }]))).status).toBe(400);
});

test("an operation that takes too long is ended with 503", async () => {
  const { handle } = createGraphqlHandler({
    schema: tinySchema,
    ...tinyOptions(tinyFeed()),
    release: "",
    shutdown: new AbortController().signal,
    executionMs: 50,
  });
  const http = createServer((req, res) => void handle(req, res, ""));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const { port } = http.address() as { port: number };
  const { status, body } = await ask(`http://127.0.0.1:${port}`, "{ slow }");
  expect(status).toBe(503);
  expect(body.errors?.[0]?.extensions?.code).toBe("SERVICE_UNAVAILABLE");
});

test("the time limits on receiving do not cut an answer that streams", async () => {
  const limits = {
    ...LIMITS,
    headersTimeout: 50,
    requestTimeout: 100,
    connectionsCheckingInterval: 20,
  };
  const listener = await listen(
    "127.0.0.1",
    0,
    (_req, res) => {
      res.write("begin ");
      setTimeout(() => res.end("end"), 400);
    },
    limits,
  );
  onTestFinished(() => listener.close(0));
  const response = await fetch(`http://127.0.0.1:${listener.port}/`);
  expect(await response.text()).toBe("begin end");
});

test("stopping does not wait for connections that ask nothing", async () => {
  const listener = await listen("127.0.0.1", 0, (_req, res) => res.end("ok"));
  const silent = connect(listener.port, "127.0.0.1");
  onTestFinished(() => void silent.destroy());
  await once(silent, "connect");
  await (await fetch(`http://127.0.0.1:${listener.port}/`)).text(); // leaves one kept alive
  const start = performance.now();
  await listener.close(5_000);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("stopping cuts what has not finished in time", async () => {
  const listener = await listen("127.0.0.1", 0, (_req, res) => void res.write("for ever"));
  const response = await fetch(`http://127.0.0.1:${listener.port}/`);
  await listener.close(100);
  await expect(response.text()).rejects.toThrow();
});

test("a busy port is a configuration error that names it", async () => {
  const second = serve(tinySchema, {
    ...tinyOptions(tinyFeed(), silentLog),
    port: server.port,
  });
  await expect(second).rejects.toMatchObject({
    code: "BAD_CONFIGURATION",
    message: expect.stringContaining(String(server.port)),
  });
});
