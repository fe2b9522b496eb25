/** Subscriptions over server-sent events, how they end, and how the server stops. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { serve } from "../../src/server/server.ts";
import { answer, ask, subscribe } from "./ask.ts";
import { openSubscriptions, slowly, tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

async function start() {
  const feed = tinyFeed();
  const options = { ...tinyOptions(feed), streamLimits: { keepAliveMs: 200 } };
  const server = await serve(tinySchema, options);
  onTestFinished(() => server.close());
  return { feed, server };
}

test("events arrive one by one as text/event-stream", async () => {
  const { feed, server } = await start();
  const { response, parts, leave } = await subscribe(server.url, "subscription { counted }");
  onTestFinished(leave);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  await vi.waitUntil(() => openSubscriptions.size > 0);
  feed.change();
  expect((await parts.next()).value).toEqual({ event: "next", data: { data: { counted: 2 } } });
  feed.change();
  expect((await parts.next()).value).toEqual({ event: "next", data: { data: { counted: 3 } } });
});

test("a connection without events is kept alive by comments", async () => {
  const { server } = await start();
  const { response, leave } = await subscribe(server.url, "subscription { counted }");
  onTestFinished(leave);
  // Comments may arrive together; the first is sent at once, the others by the timer.
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length >= ":\n\n".length * 3) break;
  }
  expect(text).toMatch(/^(:\n\n){3,}$/);
});

test("a client that leaves takes its subscription with it", async () => {
  const { server } = await start();
  const before = new Set(openSubscriptions);
  const { leave } = await subscribe(server.url, "subscription { counted }");
  const mine = await vi.waitUntil(() => [...openSubscriptions].find((s) => !before.has(s)));
  leave();
  await vi.waitUntil(() => !openSubscriptions.has(mine), { timeout: 2_000 });
});

test("stopping completes subscriptions with a code that says to come back", async () => {
  const { server } = await start();
  const { parts } = await subscribe(server.url, "subscription { counted }");
  const received = collect(parts);
  await sleep(50);
  await server.close();
  const [last, complete] = await received;
  expect(last?.data?.errors?.[0]?.extensions?.code).toBe("SERVICE_UNAVAILABLE");
  expect(complete).toEqual({ event: "complete", data: null });
});

test("stopping lets running requests finish and refuses new ones", async () => {
  const { server } = await start();
  const running = ask(server.url, "{ slow }");
  await expect.poll(() => slowly.running).toBe(1);
  const closing = server.close();
  await sleep(20);
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
  expect((await running).body).toEqual({ data: { slow: "at last" } });
  await closing;
});

test("a subscription asked for as plain JSON is refused, not left open", async () => {
  const { server } = await start();
  const before = openSubscriptions.size;
  const response = await fetch(
    `${server.url}/graphql?query=${encodeURIComponent("subscription { counted }")}`,
    { headers: { accept: "application/json" } },
  );
  expect(response.status).toBe(406);
  expect(openSubscriptions.size).toBe(before);
});

test("an event-stream client gets a query's answer as a stream of one", async () => {
  const { server } = await start();
  const { parts } = await subscribe(server.url, "{ version }");
  expect((await parts.next()).value).toEqual({ event: "next", data: { data: { version: 1 } } });
  expect((await parts.next()).value?.event).toBe("complete");
});

async function collect<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

test("a mistake in a subscription is answered as one, with its code", async () => {
  const { server } = await start();
  const response = await fetch(
    `${server.url}/graphql?query=${encodeURIComponent("subscription { nope }")}`,
    { headers: { accept: "application/graphql-response+json" } },
  );
  const { status, body } = await answer(response);
  expect(status).toBe(400);
  expect(body.errors?.[0]?.extensions?.code).toBe("GRAPHQL_VALIDATION_FAILED");
});
