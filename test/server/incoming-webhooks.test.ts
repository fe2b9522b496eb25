/** The door for upstreams' calls: shut without the secret, and bounded. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

const SECRET = "a-secret-of-the-house";
const taken: unknown[] = [];
let server: RunningServer;
beforeAll(async () => {
  const accept = async (body: unknown) => {
    taken.push(body);
    return "QUEUED";
  };
  const webhooks = [{ path: "/webhooks/hub", secret: SECRET, accept }];
  server = await serve(tinySchema, { ...tinyOptions(tinyFeed()), webhooks });
});
afterAll(() => server.close());

const call = (headers: Record<string, string>, body: string, path = "/webhooks/hub") =>
  fetch(server.url + path, { method: "POST", headers, body });

test("takes a call that brings the secret, in a header or in the address", async () => {
  taken.length = 0;
  const response = await call({ "x-webhook-secret": SECRET }, '{"a":1}');
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ result: "QUEUED" });
  expect((await call({}, '{"a":2}', `/webhooks/hub?secret=${SECRET}`)).status).toBe(202);
  expect(taken).toEqual([{ a: 1 }, { a: 2 }]);
});

test("does nothing for a call without it", async () => {
  taken.length = 0;
  for (const headers of [{}, { "x-webhook-secret": "" }, { "x-webhook-secret": `${SECRET}!` }]) {
    expect((await call(headers as Record<string, string>, "{}")).status).toBe(401);
  }
  expect((await fetch(`${server.url}/webhooks/hub`)).status).toBe(405);
  expect((await call({ "x-webhook-secret": SECRET }, "{}", "/webhooks/other")).status).toBe(404);
  expect(taken).toEqual([]);
});

test("refuses what is not JSON, and what is too long without reading it all", async () => {
  taken.length = 0;
  expect((await call({ "x-webhook-secret": SECRET }, "{")).status).toBe(400);
  const status = await new Promise<number | undefined>((answered, failed) => {
    const headers = { "x-webhook-secret": SECRET };
    const sent = request(`${server.url}/webhooks/hub`, { method: "POST", headers });
    sent.on("response", (response) => {
      answered(response.statusCode);
      sent.destroy();
    });
    sent.on("error", failed);
    // It is never ended: the answer does not wait for that.
    sent.write(Buffer.alloc(300 * 1024, " "));
  });
  expect(status).toBe(413);
  expect(taken).toEqual([]);
});
