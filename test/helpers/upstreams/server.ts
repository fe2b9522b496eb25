/**
 * An upstream on this machine: node's own HTTP server in front of a function from request to reply. It
 * counts every request and spoils answers on request, as the local Hub does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, Faults, type Matcher, send } from "../hub-server/faults.ts";
import { type HubRequest, json, type Reply } from "../hub-server/replies.ts";

export interface Upstream {
  url: string;
  /** Path and query of every request so far, in order. */
  requests: string[];
  /** Spoils the next `times` matching requests, all of them by default. */
  fail(matcher: Matcher, fault: Fault, times?: number): void;
  close(): Promise<void>;
}

export async function startUpstream(answer: (request: HubRequest) => Reply): Promise<Upstream> {
  const faults = new Faults();
  const requests: string[] = [];

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", "http://upstream");
    const headers = req.headers as Record<string, string | undefined>;
    const request = { method: req.method ?? "GET", url, headers, body: "", token: null };
    requests.push(url.pathname + url.search);
    await send(res, answer(request), faults.take(request));
  }

  const http = createServer((req, res) => {
    serve(req, res).catch(() => res.destroy());
  });
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    fail: (matcher, fault, times = Infinity) => faults.plant(matcher, fault, times),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

export function notFound(body: unknown): Reply {
  return { ...json(body), status: 404 };
}

/** A JSON reply that honours `If-None-Match`. */
export function conditional(request: HubRequest, value: unknown, etag: string): Reply {
  if (request.headers["if-none-match"] !== etag) return json(value, { etag });
  return { status: 304, headers: { etag }, body: Buffer.alloc(0) };
}
