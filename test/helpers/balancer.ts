/**
 * A load balancer of a few lines, as careful as real ones are: it asks every process whether it is
 * ready, takes turns among those that are, and tries another when a connection cannot be had or breaks
 * before the answer begins.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const CHECK_MS = 50;

export interface Balancer {
  url: string;
  /** Base URLs of the processes to send requests to. */
  setTargets(urls: string[]): void;
  /** Those that are ready now. */
  ready(): string[];
  close(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  let targets: string[] = [];
  let ready: string[] = [];
  let turn = 0;
  let closed = false;

  async function check(): Promise<void> {
    while (!closed) {
      const checked = targets.map(async (url) => {
        const signal = AbortSignal.timeout(5_000);
        const answer = await fetch(`${url}/readyz`, { signal }).catch(() => null);
        return answer?.status === 200 ? url : null;
      });
      ready = (await Promise.all(checked)).filter((url) => url !== null);
      await sleep(CHECK_MS);
    }
  }

  async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await buffer(req);
    const choices = [...ready];
    for (let tries = 0; tries < choices.length; tries++) {
      const target = choices[turn++ % choices.length]!;
      const answer = await attempt(target, req, body);
      if (!answer) continue;
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
      return;
    }
    res.writeHead(502).end();
  }

  const server = createServer((req, res) => {
    forward(req, res).catch(() => res.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const checking = check();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTargets: (urls) => {
      targets = urls;
    },
    ready: () => ready,
    async close() {
      closed = true;
      await checking;
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Resolves with the beginning of an answer, or with null when there was none. */
function attempt(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const out = request(`${target}${url}`, { method, headers }, resolve);
    out.once("error", () => resolve(null));
    out.end(body);
  });
}
