/**
 * From a path to its handler. What holds for every path is here: the common headers, HEAD wherever GET
 * is, OPTIONS, 404 and 405 as JSON, and a last catch so that no bug leaves a client waiting.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { databaseFailure } from "../../db/failures.ts";
import { isTooDeep, messageOf, PlimsollError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { inSpan, isTracing } from "../../trace.ts";
import { sendJson } from "./content.ts";
import { setCommonHeaders } from "./headers.ts";

export interface Route {
  /** An exact path, or a prefix when it ends in a slash. */
  path: string;
  methods: readonly ("GET" | "POST" | "QUERY" | "PUT" | "PATCH" | "DELETE")[];
  handle(req: IncomingMessage, res: ServerResponse, target: Target): Promise<void> | void;
  /** True when the handler writes the common headers itself, in one go with its own. */
  ownHeaders?: boolean;
}

export interface Target {
  path: string;
  /** Of a prefix route, what follows the prefix. */
  rest: string;
  /** What follows the question mark. */
  search: string;
}

/** After an outage of the database, when to ask again. */
const RETRY_SECONDS = 2;

export interface RouterOptions {
  /** Logs every request when it has been answered. */
  logRequests?: boolean;
}

export function createRouter(
  routes: readonly Route[],
  log: Log,
  { logRequests = false }: RouterOptions = {},
) {
  const exact = new Map(routes.map((route) => [route.path, route]));
  const prefixes = routes.filter((route) => route.path.length > 1 && route.path.endsWith("/"));
  const methods = new Map(routes.map((route) => [route, allowedMethods(route)]));

  function find(path: string): Route | undefined {
    return (
      exact.get(path) ??
      prefixes.find((route) => path.startsWith(route.path)) ??
      (path.endsWith("/") ? exact.get(path.slice(0, -1)) : undefined)
    );
  }

  return (req: IncomingMessage, res: ServerResponse): void => {
    const target = split(req.url ?? "/");
    if (logRequests) logWhenAnswered(log, req, res, target.path);
    const id = requestId(req);
    if (id !== null) res.setHeader("x-request-id", id);
    const route = find(target.path);
    const allowed = route && methods.get(route)!;
    if (!allowed?.has(req.method ?? "") || req.method === "OPTIONS") {
      setCommonHeaders(res);
      if (!allowed) notFound(res, target.path);
      else if (req.method === "OPTIONS") preflight(res, [...allowed]);
      else refuseMethod(req, res, [...allowed]);
      return;
    }
    target.rest = target.path.slice(route!.path.length);
    if (!route!.ownHeaders) setCommonHeaders(res);
    try {
      handle(route!, req, res, target)?.catch((error) => fail(error, req, res));
    } catch (error) {
      fail(error, req, res);
    }
  };

  function fail(err: unknown, req: IncomingMessage, res: ServerResponse): void {
    const { path } = split(req.url ?? "/");
    const about = { requestId: requestId(req) ?? undefined, method: req.method, path };
    // A client that hangs up is its own affair, and must not fill the log.
    const isGone = req.destroyed && !req.complete;
    const outage = outageOf(err);
    if (isGone) log.debug(about, "a client hung up");
    else if (isTooDeep(err)) log.debug(about, "a request is nested too deeply");
    else if (outage)
      log.warn({ reason: messageOf(err), ...about }, "the database failed a request");
    else log.error({ err, ...about }, "a request failed");
    if (res.headersSent) return void res.destroy();
    setCommonHeaders(res);
    if (isTooDeep(err)) sendJson(res, 400, TOO_DEEP);
    else if (!outage) sendJson(res, 500, { error: "Unexpected error." });
    else {
      res.setHeader("retry-after", RETRY_SECONDS);
      sendJson(res, 503, { error: outage.message, code: outage.code });
    }
  }
}

/** What cannot be answered now and can be later; null for anything else. */
function outageOf(err: unknown): PlimsollError | null {
  const failure = err instanceof PlimsollError ? err : databaseFailure(err);
  return failure?.retryable && failure.expose ? failure : null;
}

/** The id that the caller gave, if it is one that may stand in a header and in a log. */
function requestId(req: IncomingMessage): string | null {
  const given = req.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}

/** Gives a request without an id one, and tells how it was answered. */
function logWhenAnswered(log: Log, req: IncomingMessage, res: ServerResponse, path: string): void {
  const began = performance.now();
  if (requestId(req) === null) req.headers["x-request-id"] = randomUUID();
  const id = requestId(req);
  const { method } = req;
  res.once("close", () => {
    const ms = Math.round((performance.now() - began) * 10) / 10;
    log.info({ requestId: id, method, path, status: res.statusCode, ms }, "request");
  });
}

/** Within a span, where that is wanted, which belongs to the caller's trace. */
function handle(
  route: Route,
  req: IncomingMessage,
  res: ServerResponse,
  target: Target,
): Promise<void> | void {
  if (!isTracing()) return route.handle(req, res, target);
  const attributes = { "http.request.method": req.method ?? "", "url.path": target.path };
  const work = () => route.handle(req, res, target);
  return inSpan(`${req.method} ${route.path}`, attributes, work, req.headers);
}

/** For what overflows the stack, such as variables that are ten thousand objects deep. */
const TOO_DEEP = {
  errors: [
    {
      message: "The request is nested too deeply.",
      extensions: { code: "DEPTH_LIMIT_EXCEEDED" },
    },
  ],
};

function split(url: string): Target {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  return { path, rest: "", search: mark < 0 ? "" : url.slice(mark + 1) };
}

function allowedMethods(route: Route): Set<string> {
  const reading = route.methods.includes("GET") ? ["GET", "HEAD"] : [];
  return new Set([...reading, ...route.methods, "OPTIONS"]);
}

function refuseMethod(req: IncomingMessage, res: ServerResponse, allowed: string[]): void {
  res.setHeader("allow", allowed.join(", "));
  sendJson(res, 405, { error: `${req.method} is not allowed here.`, allowed });
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
