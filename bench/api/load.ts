/**
 * The load: a process of its own that keeps a number of connections busy with given requests, one
 * after the other on each, and reports how many were answered and how long each took. Plain sockets,
 * because an HTTP client would cost more than the fastest servers here.
 */
import { connect, type Socket } from "node:net";
import { type ContenderPlan, request } from "./contender.ts";
import { type CatalogSample, QUESTIONS, type QuestionName } from "./questions.ts";

export interface LoadOrder {
  contender: ContenderPlan & { port: number };
  question: QuestionName;
  method: "GET" | "POST";
  connections: number;
  seconds: number;
  /** Number of the first asking. With `different` every request asks something new from there on. */
  from: number;
  different: boolean;
  sample: CatalogSample;
}

/** How many different requests there are when they are repeated. */
const REPEATED = 50;

export interface LoadResult {
  answers: number;
  /** Requests that were sent, to go on from. */
  asked: number;
  /** Answers with another status than 200, or with `errors`. */
  wrong: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const HEADERS_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");
const ERRORS = Buffer.from('{"errors"');

/** Reads one answer at a time off a socket; calls back when one is whole. */
class AnswerReader {
  private parts: Buffer = Buffer.alloc(0);
  private readonly onAnswer: (ok: boolean) => void;

  constructor(onAnswer: (ok: boolean) => void) {
    this.onAnswer = onAnswer;
  }

  push(chunk: Buffer): void {
    this.parts = this.parts.length === 0 ? chunk : Buffer.concat([this.parts, chunk]);
    const end = this.parts.indexOf(HEADERS_END);
    if (end < 0) return;
    const head = this.parts.toString("latin1", 0, end);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    const whole =
      length === undefined
        ? this.parts.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
        : this.parts.length >= end + HEADERS_END.length + Number(length);
    if (!whole) return;
    const ok = head.startsWith("HTTP/1.1 200") && this.parts.indexOf(ERRORS, end) < 0;
    this.parts = Buffer.alloc(0);
    this.onAnswer(ok);
  }
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { contender, connections, seconds, different } = order;
  const times: number[] = [];
  const repeated = Array.from({ length: REPEATED }, (_, n) => asking(order, n));
  let next = 0;
  const nextRequest = () => (different ? asking(order, next++) : repeated[next++ % REPEATED]!);
  let wrong = 0;
  let over = false;
  const sockets: Socket[] = [];
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    let open = connections;
    for (let i = 0; i < connections; i++) {
      const socket = connect(contender.port, "127.0.0.1");
      socket.setNoDelay(true);
      sockets.push(socket);
      let sentAt = 0;
      const send = () => {
        sentAt = performance.now();
        socket.write(nextRequest());
      };
      const reader = new AnswerReader((ok) => {
        times.push(performance.now() - sentAt);
        if (!ok) wrong++;
        if (!over) send();
        else if (--open === 0) resolve();
      });
      socket.once("connect", send);
      socket.on("data", (chunk) => reader.push(chunk));
      socket.once("error", reject);
    }
    setTimeout(() => {
      over = true;
    }, seconds * 1000);
  });
  const elapsed = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  const answers = times.length;
  return {
    answers,
    asked: next,
    wrong,
    perSecond: answers / elapsed,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

function asking({ contender, question, method, from, sample }: LoadOrder, n: number): Buffer {
  const variables = QUESTIONS[question].variables(from + n, sample);
  return request(contender, question, variables, method);
}

process.on("message", (order: LoadOrder) => {
  run(order).then((result) => process.send!(result));
});
