/** The status of every kind of answer, for both media types; docs/api.md has the same table. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await serve(tinySchema, tinyOptions(tinyFeed()));
});
afterAll(() => server.close());

const JSON_TYPE = "application/json";
const RESPONSE_TYPE = "application/graphql-response+json";

function post(
  body: unknown,
  accept: string,
  contentType: string | null = JSON_TYPE,
  method = "POST",
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers: Record<string, string> = { accept };
  if (contentType) headers["content-type"] = contentType;
  // Bytes have no media type of their own that fetch would add.
  return fetch(`${server.url}/graphql`, { method, headers, body: new TextEncoder().encode(text) });
}

const needsNumber = "query ($n: Int!) { echo(number: $n) }";

test.each([
  ["data", { query: "{ version }" }, 200, 200],
  ["data and errors", { query: "{ version refused }" }, 294, 200],
  ["errors and no data but null", { query: "{ refused }" }, 294, 200],
  ["a document that does not parse", { query: "{ version" }, 400, 200],
  ["a document that is not valid", { query: "{ nothing }" }, 400, 200],
  ["a variable that does not fit", { query: needsNumber, variables: { n: "x" } }, 400, 200],
  [
    "an operation that is not there",
    { query: "query A { version }", operationName: "B" },
    400,
    400,
  ],
  ["an unknown id", { documentId: "x" }, 404, 200],
  ["a body that is not JSON", "{", 400, 400],
  ["a query that is no text", { query: 7 }, 400, 400],
  ["no query", {}, 400, 400],
  ["a batch", [{ query: "{ version }" }], 400, 400],
])("%s", async (_what, body, asResponse, asJson) => {
  for (const [accept, status] of [
    [RESPONSE_TYPE, asResponse],
    [JSON_TYPE, asJson],
  ] as const) {
    const response = await post(body, accept);
    expect(response.status, accept).toBe(status);
    const known = response.headers.get("content-type");
    if (asResponse < 300 || asJson === 200) expect(known).toBe(`${accept}; charset=utf-8`);
    expect(await response.json()).toBeTypeOf("object");
  }
});

test.each([RESPONSE_TYPE, JSON_TYPE])("requests that are none, as %s", async (accept) => {
  const query = { query: "{ version }" };
  const statuses = {
    noType: (await post(query, accept, null)).status,
    otherType: (await post(query, accept, "text/plain")).status,
    notAcceptable: (await post(query, "image/png")).status,
    queryMutation: (await post({ query: "mutation { touch }" }, accept, JSON_TYPE, "QUERY")).status,
    delete: (await post(query, accept, JSON_TYPE, "DELETE")).status,
  };
  expect(statuses).toEqual({
    noType: 415,
    otherType: 415,
    notAcceptable: 406,
    queryMutation: 405,
    delete: 405,
  });
});

test("other ways of sending the same have the same status", async () => {
  const form = "application/x-www-form-urlencoded";
  const failing = new URLSearchParams({ query: "{ refused }" }).toString();
  expect((await post(failing, RESPONSE_TYPE, form)).status).toBe(294);
  expect((await post(failing, JSON_TYPE, form)).status).toBe(200);
  expect((await post("{ refused }", RESPONSE_TYPE, "application/graphql")).status).toBe(294);
});
