/** Sends an attack and says what is wrong with the answer, if anything. */
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Attack } from "./attack.ts";

/** The server's own longest limit is 30 s for a body to arrive; a busy machine takes a little more. */
const BOUND_MS = 45_000;
/** How long a stream is left open and unread. */
const UNREAD_MS = 1_500;

/** What no answer may hold: stacks, statements, addresses and places of the machine. */
const LEAKS =
  /node_modules|\bat .*\.[jt]s:\d+|postgres:\/\/|Failed query|SELECT .* FROM|root:x:0:0/i;

/** Null when the server did what it owes, else what it did. */
export async function attackOnce(url: string, attack: Attack): Promise<string | null> {
  const started = performance.now();
  try {
    return attack.raw ? await sendRaw(url, attack) : await sendHttp(url, attack);
  } catch (error) {
    const ms = Math.round(performance.now() - started);
    return `${(error as Error).message} after ${ms} ms`;
  }
}

function sendHttp(url: string, attack: Attack): Promise<string | null> {
  const { path = "/graphql", headers = {}, body } = attack;
  const method = attack.method ?? (body === undefined ? "GET" : "POST");
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const status = answer.statusCode ?? 0;
      if (attack.stream && answer.headers["content-type"]?.startsWith("text/event-stream")) {
        answer.pause();
        setTimeout(() => {
          sent.destroy();
          resolve(null);
        }, UNREAD_MS);
        return;
      }
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        resolve(
          judge(method, status, answer.headers, text) ?? compare(attack, `${status} ${text}`),
        );
      });
    });
    sent.setTimeout(BOUND_MS, () => sent.destroy(new Error("no answer")));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      // Refusing the rest of a body by closing is an answer too.
      if (error.code === "ECONNRESET" || error.code === "EPIPE") resolve(null);
      else reject(error);
    });
    sent.end(body);
  });
}

type Headers = Record<string, string | string[] | undefined>;

function judge(method: string, status: number, headers: Headers, text: string): string | null {
  const short = `${status} ${text.slice(0, 300)}`;
  if (status >= 500 && status !== 503 && status !== 501) return short;
  if (LEAKS.test(text)) return `it tells too much: ${LEAKS.exec(text)?.[0]} in ${short}`;
  if (headers["set-cookie"]) return `it sets a cookie: ${headers["set-cookie"]}`;
  const type = String(headers["content-type"] ?? "");
  if (method === "HEAD" || !type.includes("json") || text === "") return null;
  return judgeJson(JSON.parse(text), short);
}

/** Whether the answer is the one that this attack must get. */
function compare({ always, never }: Attack, answer: string): string | null {
  const short = answer.slice(0, 300);
  if (always && !always.test(answer)) return `${always} is not in: ${short}`;
  return never?.test(answer) ? `${never} is in: ${short}` : null;
}

function judgeJson(answer: unknown, short: string): string | null {
  const { errors } = (answer ?? {}) as {
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  for (const { message, extensions } of errors ?? []) {
    if (!extensions?.code) return `an error without a code: ${message} in ${short}`;
    if (extensions.code === "INTERNAL_SERVER_ERROR") return short;
    if (message.length > 5_000) return `a message of ${message.length} characters`;
  }
  return null;
}

/** The server has to answer or to hang up; it does not have to be polite. */
function sendRaw(url: string, attack: Attack): Promise<string | null> {
  const { raw, pauseMs = 0, stream, leaveAfterMs } = attack;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ host: hostname, port: Number(port) });
    const bound = setTimeout(() => {
      socket.destroy();
      reject(new Error("neither an answer nor an end"));
    }, BOUND_MS);
    const done = () => {
      clearTimeout(bound);
      const leaks = LEAKS.test(text) || text.includes("INTERNAL_SERVER_ERROR");
      resolve(leaks ? `it tells too much: ${text.slice(0, 300)}` : compare(attack, text));
    };
    socket.on("data", (bytes) => {
      text += bytes;
      if (stream) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", done);
    socket.on("end", () => socket.end());
    void (async () => {
      for (const piece of raw ?? []) {
        if (socket.destroyed) return;
        socket.write(piece);
        if (pauseMs > 0) await sleep(pauseMs);
      }
      if (leaveAfterMs !== undefined) {
        await sleep(leaveAfterMs);
        return void socket.destroy();
      }
      // A whole request was answered; the connection itself may stay for more.
      for (let waited = 0; waited < BOUND_MS && !socket.destroyed; waited += 200) {
        await sleep(200);
        if (/^HTTP\/1\.1 \d{3}/.test(text) && !/^HTTP\/1\.1 101/.test(text)) socket.destroy();
      }
    })();
  });
}
