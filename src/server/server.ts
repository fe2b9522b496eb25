/**
 * The HTTP server: GraphQL with GraphiQL, the published schema, the pages and the health checks on
 * one port. It holds no state of its own; everything comes from the database and the change feed.
 */
import { setMaxListeners } from "node:events";
import type { GraphQLSchema } from "graphql";
import type { EventFeed } from "../events/feed.ts";
import type { SchemaContext } from "../schema/context.ts";
import { QUEUES_PATH, queueRoutes, type SubHandler } from "./admin/routes.ts";
import { createAdminCheck } from "./admin/token.ts";
import { createExports } from "./exports/exports.ts";
import { createGraphqlHandler, GRAPHQL_PATH, type GraphqlOptions } from "./graphql/handler.ts";
import type { Readiness } from "./health.ts";
import { LIMITS, listen } from "./http/listener.ts";
import { createRouter } from "./http/router.ts";
import type { IncomingWebhook } from "./incoming-webhooks.ts";
import type { Metrics } from "./metrics/index.ts";
import { metricsRoute } from "./metrics/listener.ts";
import type { RateLimit } from "./rate-limit.ts";
import { createRoutes } from "./routes.ts";
import { refuseUpgrade } from "./streams/websocket.ts";

/** Milliseconds that open answers get when the server stops. */
const GRACE_MS = 10_000;

export interface ServerOptions
  extends Omit<SchemaContext, "isAdmin">,
    Pick<
      GraphqlOptions,
      "answerBytes" | "trusted" | "trustedOnly" | "readFrom" | "admit" | "onAnswer" | "streamLimits"
    > {
  /** Address to listen on, such as `127.0.0.1`, or `0.0.0.0` for all. */
  host: string;
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Who is an administrator; nobody without it. */
  adminToken?: string | null;
  /** Makes the page of the job queue at its first use, for administrators. */
  queueBoard?: (path: string) => Promise<SubHandler>;
  /** Counts answers. */
  metrics?: Metrics;
  /** Serves this at `/metrics`, for an installation without a port of its own for it. */
  metricsText?: (() => Promise<string>) | null;
  rateLimit?: RateLimit | null;
  /** Proxies in front whose forwarding headers are believed; none unless given. */
  trustedProxies?: number;
  /** Logs every request, with its id. */
  logRequests?: boolean;
  /** Asked by `/readyz`; without it the server is ready when the database answers. */
  readiness?: () => Promise<Readiness>;
  /** Doors for upstreams that tell of changes; none unless given. */
  webhooks?: readonly IncomingWebhook[];
  /** Names the running code in entity tags; a new release never confirms an old answer. */
  release?: string;
}

export interface RunningServer {
  /** Where a browser on this machine finds it. */
  url: string;
  port: number;
  /** Event streams that are open now. */
  readonly streams: number;
  /** Goes on answering, but says of itself that it is not ready. */
  drain(): void;
  /** Stops accepting, completes subscriptions and waits up to 10 s for open answers. */
  close(): Promise<void>;
}

/** Serves any schema over this database and feed; see `startServer`. */
export async function serve(schema: GraphQLSchema, options: ServerOptions): Promise<RunningServer> {
  const { host, feed, log, metrics, rateLimit, release = "" } = options;
  let draining = false;
  const shutdown = new AbortController();
  setMaxListeners(0, shutdown.signal); // every subscription listens
  const adminToken = options.adminToken ?? null;
  const isBearer = createAdminCheck(adminToken);
  const graphql = createGraphqlHandler({
    ...options,
    schema,
    release,
    shutdown: shutdown.signal,
    mayCommand: (req) => isBearer(req) === "admin",
    admit(req, res) {
      metrics?.answers.begin(req);
      if (options.admit?.(req, res) === false) return false;
      return rateLimit?.admit(req, res) ?? true;
    },
    charge: rateLimit?.charge,
    onAnswer(kind, req, about) {
      options.onAnswer?.(kind, req, about);
      metrics?.answers.count(kind, req, about);
      if (kind === "computed" && about?.cost != null) rateLimit?.charge(req, about.cost);
    },
  });
  const readiness = options.readiness ?? (() => databaseAnswers(feed));
  const { queueBoard, webhooks = [] } = options;
  const isStopping = () => draining;
  const exports = createExports(options.db, feed.clock);
  const routes = createRoutes({
    ...{ schema, graphql, exports, release },
    ...{ readiness, isStopping, webhooks, feed, db: options.db, rateLimit: rateLimit ?? null },
    trustedProxies: options.trustedProxies ?? 0,
  });
  if (options.metricsText) routes.push(metricsRoute(options.metricsText));
  if (queueBoard) {
    const check = createAdminCheck(adminToken, { byPassword: true });
    routes.push(...queueRoutes(check, () => queueBoard(QUEUES_PATH)));
  }
  const router = createRouter(routes, log, { logRequests: options.logRequests ?? false });
  const listener = await listen(host, options.port, router, LIMITS, (req, socket, head) => {
    if (req.url?.split("?")[0] === GRAPHQL_PATH) return graphql.streams.upgrade(req, socket, head);
    return refuseUpgrade(socket, "404 Not Found", "Only /graphql speaks WebSocket.\n");
  });

  return {
    url: `http://${hostInUrl(host)}:${listener.port}`,
    port: listener.port,
    get streams() {
      return graphql.streams.size;
    },
    drain() {
      draining = true;
    },
    async close() {
      draining = true;
      shutdown.abort();
      await listener.close(GRACE_MS);
      await exports.close();
    },
  };
}

async function databaseAnswers(feed: EventFeed): Promise<Readiness> {
  await feed.version();
  return { ready: true, reasons: [] };
}

/** An address that means "all interfaces" cannot be opened in a browser. */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
