/**
 * From a path to its handler. What holds for every path is here: CORS for everyone without
 * credentials, HEAD wherever GET is, OPTIONS, 404 and 405 as JSON, and a last catch so that no bug
 * leaves a client waiting.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../../log.ts";
import { sendJson } from "./content.ts";

export interface Route {
  /** An exact path, or a prefix when it ends in a slash. */
  path: string;
  methods: readonly ("GET" | "POST")[];
  handle(req: IncomingMessage, res: ServerResponse, target: Target): Promise<void> | void;
}

export interface Target {
  path: string;
  /** Of a prefix route, what follows the prefix. */
  rest: string;
  /** What follows the question mark. */
  search: string;
}

/** Headers of every answer. `*` needs no Origin to be looked at and shares no cookies. */
const COMMON_HEADERS: Record<string, string> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Retry-After",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function createRouter(routes: readonly Route[], log: Log) {
  const exact = new Map(routes.map((route) => [route.path, route]));
  const prefixes = routes.filter((route) => route.path.length > 1 && route.path.endsWith("/"));

  function find(path: string): Route | undefined {
    const trimmed = path.length > 1 ? path.replace(/\/$/, "") : path;
    return exact.get(trimmed) ?? prefixes.find((route) => path.startsWith(route.path));
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    for (const name in COMMON_HEADERS) res.setHeader(name, COMMON_HEADERS[name]!);
    const target = split(req.url ?? "/");
    const route = find(target.path);
    if (!route) return notFound(res, target.path);
    const allowed = allowedMethods(route);
    if (req.method === "OPTIONS") return preflight(res, allowed);
    if (!allowed.includes(req.method ?? "")) {
      res.setHeader("allow", allowed.join(", "));
      return sendJson(res, 405, { error: `${req.method} is not allowed here.`, allowed });
    }
    target.rest = target.path.slice(route.path.length);
    try {
      await route.handle(req, res, target);
    } catch (err) {
      log.error({ err, method: req.method, path: target.path }, "a request failed");
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, { error: "Unexpected error." });
    }
  };
}

function split(url: string): Target {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  return { path, rest: "", search: mark < 0 ? "" : url.slice(mark + 1) };
}

function allowedMethods(route: Route): string[] {
  const methods = route.methods.includes("GET") ? ["GET", "HEAD"] : [];
  return [...methods, ...route.methods.filter((method) => method !== "GET"), "OPTIONS"];
}

function preflight(res: ServerResponse, allowed: string[]): void {
  res.writeHead(204, {
    allow: allowed.join(", "),
    "access-control-allow-methods": allowed.join(", "),
    // The star does not cover Authorization.
    "access-control-allow-headers": "*, Authorization",
    "access-control-max-age": "86400",
  });
  res.end();
}

/** The JSON answer for a path that leads nowhere. */
export function notFound(res: ServerResponse, path: string): void {
  sendJson(res, 404, { error: `Nothing is at ${path}.`, start: "/" });
}
