/** The store of answers: bounded by bytes, of one state of the catalog only. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { catalogState } from "../../src/events/catalog-clock.ts";
import { Answer } from "../../src/server/answers/answer.ts";
import { AnswerStore } from "../../src/server/answers/store.ts";

const first = catalogState(1, 1, "log");
const second = catalogState(2, 2, "log");

function answerOf(bytes: number): Answer {
  const body = Buffer.alloc(bytes, "x");
  return new Answer({ status: 200, contentType: "text/plain", body, tag: null, version: 1 });
}

const work = (bytes: number) => async () => ({ answer: answerOf(bytes), keep: true });

test("the oldest answers make room, and none is larger than an eighth of all", async () => {
  const maxBytes = 1_000_000;
  const store = new AnswerStore({ maxBytes, current: () => first });
  for (let index = 0; index < 500; index++) {
    await store.compute(`key ${index}`, first, work(10_000)).result;
    expect(store.size.bytes).toBeLessThanOrEqual(maxBytes);
  }
  expect(store.size.answers).toBeGreaterThan(50);
  expect(store.find("key 0", first)).toBeUndefined();
  expect(store.find("key 499", first)).toBeDefined();
  await store.compute("huge", first, work(200_000)).result;
  expect(store.find("huge", first)).toBeUndefined();
  expect(store.find("key 499", first)).toBeDefined();
});

test("long keys count as well", async () => {
  const store = new AnswerStore({ maxBytes: 100_000, current: () => first });
  await store.compute("k".repeat(5_000), first, work(10)).result;
  expect(store.size.bytes).toBeGreaterThan(10_000);
});

test("another state holds nothing of the old one, and a late answer stays out", async () => {
  let current = first;
  const store = new AnswerStore({ maxBytes: 1_000_000, current: () => current });
  await store.compute("kept", first, work(10)).result;
  let finish = () => {};
  const late = store.compute("late", first, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return { answer: answerOf(10), keep: true };
  });
  current = second;
  expect(store.find("kept", second)).toBeUndefined();
  expect(store.size.answers).toBe(0);
  finish();
  await late.result;
  expect(store.find("late", second)).toBeUndefined();
  expect(store.find("late", first)).toBeUndefined();
});

test("a request that was overtaken does not bring the old state back", async () => {
  const store = new AnswerStore({ maxBytes: 1_000_000, current: () => second });
  await store.compute("new", second, work(10)).result;
  await store.compute("old", first, work(10)).result;
  expect(store.find("new", second)).toBeDefined();
  expect(store.find("old", second)).toBeUndefined();
});

test("work that failed is not joined by those who come later", async () => {
  const store = new AnswerStore({ maxBytes: 1_000_000, current: () => first });
  const failing = store.compute("key", first, () => Promise.reject(new Error("no")));
  await expect(failing.result).rejects.toThrow("no");
  const again = store.compute("key", first, work(10));
  expect(again.joined).toBe(false);
  await again.result;
});

test("work ends when the last who waits has left", async () => {
  const store = new AnswerStore({ maxBytes: 1_000_000, current: () => first });
  let signal: AbortSignal | undefined;
  const forever = (abort: AbortController) => {
    signal = abort.signal;
    return new Promise<never>(() => {});
  };
  const one = store.compute("key", first, forever);
  const two = store.compute("key", first, forever);
  expect([one.joined, two.joined]).toEqual([false, true]);
  one.leave();
  expect(signal?.aborted).toBe(false);
  two.leave();
  expect(signal?.aborted).toBe(true);
  expect(store.compute("key", first, work(10)).joined).toBe(false);
});

test.each([10, 10_000])(
  "of %d letters, it is sent as the bytes that it was made of",
  async (letters) => {
    const body = Buffer.from("ü日".repeat(letters / 2));
    const answer = new Answer({
      status: 200,
      contentType: "text/plain",
      body,
      tag: null,
      version: 1,
    });
    expect(answer.bytes).toBe(body.length);
    const server = createServer((req, res) => void answer.send(req, res));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    for (const encoding of ["identity", "gzip", "br"]) {
      const headers = { "accept-encoding": encoding };
      const response = await fetch(`http://127.0.0.1:${port}`, { headers });
      expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
    }
    server.close();
    server.closeAllConnections();
  },
);
