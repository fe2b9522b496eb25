/**
 * Every path that the server answers, in one table. Content that never changes while the process
 * runs is prepared at its first request.
 */

import type { GraphQLSchema } from "graphql";
import { printSchema } from "graphql";
import type { Database } from "../db/client.ts";
import type { EventFeed } from "../events/feed.ts";
import type { Exports } from "./exports/exports.ts";
import { exportRoute } from "./exports/route.ts";
import { ASSETS_PATH, graphiqlAssets } from "./graphiql/assets.ts";
import { graphiqlPage } from "./graphiql/page.ts";
import { GRAPHQL_PATH, type GraphqlHandler } from "./graphql/handler.ts";
import { type Readiness, sendLiveness, sendReadiness } from "./health.ts";
import { wantsPage } from "./http/conditional.ts";
import { type Content, prepareContent, sendContent } from "./http/content.ts";
import { setCommonHeaders } from "./http/headers.ts";
import { notFound, type Route } from "./http/router.ts";
import { type IncomingWebhook, incomingWebhookRoutes } from "./incoming-webhooks.ts";
import { atomRoute } from "./pages/atom.ts";
import { DOCS_PATH, documentCards, documentContent } from "./pages/docs.ts";
import { faviconContent, rootPage } from "./pages/root.ts";
import type { RateLimit } from "./rate-limit.ts";

export interface RouteOptions {
  schema: GraphQLSchema;
  graphql: GraphqlHandler;
  exports: Exports;
  /** Names the running code in the entity tags of exports. */
  release: string;
  readiness: () => Promise<Readiness>;
  /** Whether the server is to be sent no more requests. */
  isStopping: () => boolean;
  webhooks: readonly IncomingWebhook[];
  /** What is made of the catalog counts as a question of the client; pages that are kept do not. */
  rateLimit: RateLimit | null;
  /** Proxies in front that may say under which address the server is reached. */
  trustedProxies: number;
  db: Database;
  feed: EventFeed;
}

const READ = ["GET"] as const;

export function createRoutes(options: RouteOptions): Route[] {
  const { schema, graphql, exports, release, readiness, isStopping, webhooks } = options;
  const counted = (route: Route) => countedRoute(route, options.rateLimit);
  return [
    page("/", async () => rootPage(await documentCards())),
    page("/favicon.svg", faviconContent),
    page("/schema.graphql", () =>
      prepareContent(`${printSchema(schema)}\n`, { type: "text/plain; charset=utf-8" }),
    ),
    counted(atomRoute(options.db, options.feed.clock, options.trustedProxies)),
    counted(exportRoute("json", exports, release)),
    counted(exportRoute("ndjson", exports, release)),
    {
      path: GRAPHQL_PATH,
      methods: ["GET", "POST", "QUERY"],
      ownHeaders: true,
      handle(req, res, { search }) {
        const reads = req.method === "GET" || req.method === "HEAD";
        if (!reads || !wantsPage(req.headers.accept)) return graphql.handle(req, res, search);
        setCommonHeaders(res);
        res.setHeader("vary", "Accept");
        return graphiqlPage(GRAPHQL_PATH).then((page) => sendContent(req, res, page));
      },
    },
    {
      path: `${GRAPHQL_PATH}/stream`,
      methods: ["GET", "POST", "PUT", "DELETE"],
      handle: (req, res, { search }) => graphql.streams.single(req, res, search),
    },
    {
      path: ASSETS_PATH,
      methods: READ,
      async handle(req, res, { path, rest }) {
        const file = (await graphiqlAssets()).files.get(rest);
        // A worker obeys the policy that its script came with; the page's own is the one to hold.
        res.removeHeader("content-security-policy");
        return file ? sendContent(req, res, file) : notFound(res, path);
      },
    },
    {
      path: DOCS_PATH,
      methods: READ,
      async handle(req, res, { path, rest }) {
        const document = await documentContent(rest);
        return document ? sendContent(req, res, document) : notFound(res, path);
      },
    },
    { path: "/livez", methods: READ, handle: (_req, res) => sendLiveness(res) },
    {
      path: "/readyz",
      methods: READ,
      handle: (_req, res) => sendReadiness(res, readiness, isStopping()),
    },
    ...incomingWebhookRoutes(webhooks),
  ];
}

function countedRoute(route: Route, rateLimit: RateLimit | null): Route {
  if (!rateLimit) return route;
  return {
    ...route,
    async handle(req, res, target) {
      if (await rateLimit.admit(req, res)) await route.handle(req, res, target);
    },
  };
}

/** A path with one content, made when it is first asked for. */
function page(path: string, make: () => Promise<Content>): Route {
  let content: Promise<Content> | undefined;
  return {
    path,
    methods: READ,
    async handle(req, res) {
      content ??= make();
      await sendContent(
        req,
        res,
        await content.catch((error) => {
          // What failed once is made anew the next time.
          content = undefined;
          throw error;
        }),
      );
    },
  };
}
