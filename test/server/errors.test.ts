/** What callers see of errors, and what only the log sees. */
import { connect } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { connect as connectDatabase } from "../../src/db/client.ts";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { answer, ask, get } from "./ask.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
const logged: { id?: string; err?: { message: string }; path?: string }[] = [];

beforeAll(async () => {
  const log = pino({ level: "error" }, { write: (line) => logged.push(JSON.parse(line)) });
  server = await serve(tinySchema, tinyOptions(tinyFeed(), log));
});
afterAll(() => server.close());

test("an error made for callers keeps its message, code and details", async () => {
  const { status, body } = await ask(server.url, "{ refused }");
  expect(status).toBe(294);
  expect(body.data).toEqual({ refused: null });
  expect(body.errors?.[0]).toMatchObject({
    message: "That is not possible.",
    path: ["refused"],
    extensions: { code: "BAD_USER_INPUT", details: { given: 0 } },
  });
});

test("what the estimator refuses is the caller's input", async () => {
  const { body } = await ask(server.url, "{ estimate }");
  expect(body.errors?.[0]?.extensions).toEqual({
    code: "BAD_USER_INPUT",
    argument: "contextLength",
    reason: "OUT_OF_RANGE",
  });
});

test.each(["bug", "hidden"])(
  "an unexpected error (%s) is masked and logged under its id",
  async (field) => {
    const { body } = await ask(server.url, `{ ${field} }`);
    expect(JSON.stringify(body)).not.toMatch(/secret|s3cret|TypeError|stack/);
    const error = body.errors?.[0];
    expect(error?.extensions?.code).toBe("INTERNAL_SERVER_ERROR");
    const entry = logged.find(({ id }) => id === error?.extensions?.id);
    expect(entry?.path).toBe(field);
    expect(entry?.err?.message).toMatch(/s(e|3)cret/);
    expect(error?.message).toContain(entry?.id);
  },
);

test("a variable that does not fit its type is BAD_USER_INPUT with status 400", async () => {
  const document = "query ($n: Int!) { echo(number: $n) }";
  const { status, body } = await ask(server.url, document, { n: "many" });
  expect(status).toBe(400);
  expect(body.errors?.[0]?.extensions?.code).toBe("BAD_USER_INPUT");
});

test.each(["/feed.atom", "/catalog.json", "/catalog.ndjson"])(
  "%s says with a code that the database is gone",
  async (path) => {
    const { db, close } = connectDatabase({ url: "postgres://nobody@127.0.0.1:1/none" });
    const orphan = await serve(tinySchema, { ...tinyOptions(tinyFeed()), db });
    onTestFinished(async () => {
      await orphan.close();
      await close();
    });
    const response = await fetch(orphan.url + path);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await response.json()).toEqual({
      error: "The database cannot be reached at the moment. Try again.",
      code: "DATABASE_UNAVAILABLE",
    });
  },
);

test("variables that are not JSON are the caller's mistake", async () => {
  const url = `${server.url}/graphql?query=${encodeURIComponent("{ version }")}&variables={`;
  const headers = { accept: "application/graphql-response+json" };
  const { status, body } = await answer(await fetch(url, { headers }));
  expect(status).toBe(400);
  expect(body.errors?.[0]?.extensions?.code).toBe("BAD_USER_INPUT");
});

test("an unknown field and a broken document answer 400 with a code", async () => {
  const unknown = await ask(server.url, "{ nope }");
  expect(unknown.status).toBe(400);
  expect(unknown.body.errors?.[0]?.extensions?.code).toBe("GRAPHQL_VALIDATION_FAILED");
  const broken = await ask(server.url, "{ nope");
  expect(broken.status).toBe(400);
  expect(broken.body.errors?.[0]?.extensions?.code).toBe("GRAPHQL_PARSE_FAILED");
});

test("an answer with errors is not kept", async () => {
  const response = await get(server.url, "{ refused }");
  expect(response.headers.get("etag")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("a malformed Host is not answered with a stack trace", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.end("GET /graphql?query={version} HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const bytes of socket) text += bytes;
  expect(text).not.toMatch(/ at |node_modules/);
  expect(text).toMatch(/^HTTP\/1\.1 200/);
});
