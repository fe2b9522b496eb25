/**
 * A port for machines alone: metrics and health, apart from the API's port, which may be open to
 * everybody. A worker has no other.
 */
import type { Log } from "../../log.ts";
import { type Readiness, sendLiveness, sendReadiness } from "../health.ts";
import { listen } from "../http/listener.ts";
import { createRouter, type Route } from "../http/router.ts";
import { METRICS_TYPE } from "./index.ts";

const GRACE_MS = 1_000;

/** The route of the metrics, wherever it is served. */
export function metricsRoute(text: () => Promise<string>): Route {
  return {
    path: "/metrics",
    methods: ["GET"],
    async handle(_req, res) {
      const body = Buffer.from(await text());
      res.writeHead(200, {
        "content-type": METRICS_TYPE,
        "content-length": body.length,
        "cache-control": "no-store",
      });
      res.end(body);
    },
  };
}

export interface MetricsServerOptions {
  host: string;
  port: number;
  log: Log;
  text: () => Promise<string>;
  readiness: () => Promise<Readiness>;
  isStopping: () => boolean;
}

export async function serveMetrics(
  options: MetricsServerOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const { host, log, text, readiness, isStopping } = options;
  const routes: Route[] = [
    metricsRoute(text),
    { path: "/livez", methods: ["GET"], handle: (_req, res) => sendLiveness(res) },
    {
      path: "/readyz",
      methods: ["GET"],
      handle: (_req, res) => sendReadiness(res, readiness, isStopping()),
    },
  ];
  const listener = await listen(host, options.port, createRouter(routes, log));
  return { port: listener.port, close: () => listener.close(GRACE_MS) };
}
