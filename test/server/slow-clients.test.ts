/** Clients that hold a connection and say little: each is cut by the limits of the listener. */
import type { RequestListener, ServerOptions } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { LIMITS, listen } from "../../src/server/http/listener.ts";

const HEAD = "GET / HTTP/1.1\r\nHost: x\r\n";
const POST = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
const short = {
  ...LIMITS,
  headersTimeout: 150,
  requestTimeout: 300,
  connectionsCheckingInterval: 50,
};

const answerAtOnce: RequestListener = (_req, res) => void res.end("ok");
const answerWhenRead: RequestListener = (req, res) => {
  req.on("error", () => {});
  req.resume().on("end", () => res.end("read"));
};

/** Sends the first words, then a drop every 40 ms; gives what came back when it has been cut. */
async function untilCut(limits: ServerOptions, handle: RequestListener, first: string, drop = "") {
  const listener = await listen("127.0.0.1", 0, handle, limits);
  onTestFinished(() => listener.close(0));
  return new Promise<string>((resolve) => {
    let text = "";
    let drip: NodeJS.Timeout | undefined;
    const socket = connect(listener.port, "127.0.0.1", () => {
      if (first !== "") socket.write(first);
      // Only now: a drop that came before the first words would be no request at all.
      if (drop !== "") drip = setInterval(() => socket.write(drop), 40);
    });
    socket.on("data", (bytes) => {
      text += bytes;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(drip);
      resolve(text);
    });
  });
}

test("one that sends its headers drop by drop", async () => {
  expect(await untilCut(short, answerAtOnce, HEAD, "x-a: b\r\n")).toMatch(/^HTTP\/1\.1 408/);
});

test("one that stops in the middle of its headers", async () => {
  expect(await untilCut(short, answerAtOnce, HEAD)).toMatch(/^HTTP\/1\.1 408/);
});

test("one that connects and says nothing", async () => {
  expect(await untilCut(short, answerAtOnce, "")).toMatch(/^(HTTP\/1\.1 408|$)/);
});

test("one that sends its body drop by drop", async () => {
  expect(await untilCut(short, answerWhenRead, POST, "x")).toMatch(/^HTTP\/1\.1 408/);
});

test("one that stops in the middle of its body", async () => {
  expect(await untilCut(short, answerWhenRead, `${POST}x`)).toMatch(/^HTTP\/1\.1 408/);
});

test("one that has its answer and keeps the connection without asking again", async () => {
  const limits = { ...LIMITS, keepAliveTimeout: 100, connectionsCheckingInterval: 50 };
  const answers = await untilCut(limits, answerAtOnce, `${HEAD}\r\n`);
  expect(answers).toMatch(/^HTTP\/1\.1 200/);
  expect(answers).toMatch(/ok$/);
});

test("one that takes nothing of a long answer", async () => {
  let closed = false;
  const answer: RequestListener = (_req, res) => {
    res.once("close", () => {
      closed = true;
    });
    res.end(Buffer.alloc(32 * 1024 * 1024));
  };
  const listener = await listen("127.0.0.1", 0, answer, { ...LIMITS, stillTimeout: 300 });
  onTestFinished(() => listener.close(0));
  const socket = connect(listener.port, "127.0.0.1", () => socket.write(`${HEAD}\r\n`));
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {}).pause();
  await expect.poll(() => closed, { timeout: 5_000 }).toBe(true);
});

test("many of them hinder nobody else", async () => {
  const listener = await listen("127.0.0.1", 0, answerAtOnce, short);
  onTestFinished(() => listener.close(0));
  const slow = Array.from({ length: 200 }, () => {
    const socket = connect(listener.port, "127.0.0.1", () => socket.write(HEAD));
    return socket.on("error", () => {}).resume();
  });
  onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
  const response = await fetch(`http://127.0.0.1:${listener.port}/`);
  expect(await response.text()).toBe("ok");
  await expect.poll(() => slow.every((socket) => socket.closed), { timeout: 10_000 }).toBe(true);
});
