/**
 * A Hub on this machine: node's own HTTP server in front of repositories in memory. It speaks the
 * parts of the protocol that the source uses, keeps count of every request, holds fixed-window rate
 * limits, and spoils answers on request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, Faults, type Matcher, send } from "./faults.ts";
import { type HubRequest, type Reply, refusal } from "./replies.ts";
import { type HubRepo, RepositoryStore } from "./repository.ts";
import { route } from "./routes.ts";

export interface HubServerOptions {
  repos: HubRepo[];
  /** 0, the default, takes a free port. */
  port?: number;
  /** Known tokens, each with the gated repositories it may read. Others are refused. */
  tokens?: Record<string, string[]>;
  /** Requests per window and bucket; without it nothing is limited. */
  rateLimit?: { api: number; resolvers: number; windowSeconds: number };
  /** Base of the links it hands out, to play a mirror of another host. */
  publicUrl?: string;
  /** Most entries of a page, however many are asked for. */
  mostPerPage?: number;
}

export interface HubServer {
  url: string;
  store: RepositoryStore;
  /** Every request so far, in order, with the status it got (0 for a connection that was cut). */
  requests: { method: string; path: string; query: URLSearchParams; status: number }[];
  /** Spoils the next `times` matching requests, all of them by default. */
  fail(matcher: Matcher, fault: Fault, times?: number): void;
  close(): Promise<void>;
}

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const store = new RepositoryStore(options.repos);
  const faults = new Faults();
  const requests: HubServer["requests"] = [];
  const windows = new Map<string, { used: number; endsAt: number }>();

  const http = createServer((req, res) => {
    // A caller that hangs up, or a mistake in here, ends this connection and no other.
    serve(req, res).catch(() => res.destroy());
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await readRequest(req, options.tokens ?? {});
    const limit = spend(request.url.pathname.startsWith("/api/") ? "api" : "resolvers");
    const fault = limit.spent ? null : faults.take(request);
    const reply = limit.spent ? refusal(429, null, "Too many requests") : answer(request);
    Object.assign(reply.headers, limit.headers);
    const status =
      fault?.kind === "status" ? fault.status : fault?.kind === "reset" ? 0 : reply.status;
    const { pathname: path, searchParams: query } = request.url;
    requests.push({ method: request.method, path, query, status });
    if (request.method === "HEAD") reply.body = Buffer.alloc(0);
    await send(res, reply, fault);
  }

  function answer(request: HubRequest): Reply {
    if (request.headers.authorization !== undefined && request.token === null) {
      return refusal(401, null, "Invalid credentials in Authorization header");
    }
    const access = new Set(options.tokens?.[request.token ?? ""] ?? []);
    const { publicUrl = url, mostPerPage = 1000 } = options;
    return route(store, request, access, { publicUrl, mostPerPage });
  }

  function spend(bucket: "api" | "resolvers") {
    if (options.rateLimit === undefined) return { spent: false, headers: {} };
    const { windowSeconds, [bucket]: quota } = options.rateLimit;
    const now = Date.now();
    let window = windows.get(bucket);
    if (window === undefined || window.endsAt <= now) {
      window = { used: 0, endsAt: now + windowSeconds * 1000 };
      windows.set(bucket, window);
    }
    window.used++;
    const remaining = Math.max(0, quota - window.used);
    const reset = Math.ceil((window.endsAt - now) / 1000);
    const headers = {
      ratelimit: `"${bucket}";r=${remaining};t=${reset}`,
      "ratelimit-policy": `"fixed window";"${bucket}";q=${quota};w=${windowSeconds}`,
    };
    return { spent: window.used > quota, headers };
  }

  await new Promise<void>((resolve, reject) => {
    http.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    store,
    requests,
    fail: (matcher, fault, times = Infinity) => faults.plant(matcher, fault, times),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function readRequest(
  req: IncomingMessage,
  tokens: Record<string, string[]>,
): Promise<HubRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const token = req.headers.authorization?.replace(/^Bearer /, "");
  return {
    method: req.method ?? "GET",
    url: new URL(req.url ?? "/", "http://hub"),
    headers: req.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks).toString(),
    token: token !== undefined && Object.hasOwn(tokens, token) ? token : null,
  };
}
