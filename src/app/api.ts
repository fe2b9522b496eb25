/**
 * The API of this process, put together: the change feed, the server over it, its limits, and for
 * administrators their commands and the page of the queue.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config.ts";
import { openReplicas } from "../db/replicas.ts";
import { openFeed } from "../events/feed.ts";
import { connectRedis } from "../ingest/redis.ts";
import type { Log } from "../log.ts";
import { startServer } from "../server/index.ts";
import type { Metrics } from "../server/metrics/index.ts";
import { createRateLimit, type RateLimit } from "../server/rate-limit.ts";
import { isMember, metricsOfAll } from "./cluster-member.ts";
import { createCommands } from "./commands.ts";
import type { OpenDatabase } from "./database.ts";
import { createIncomingWebhooks } from "./incoming-webhooks.ts";
import type { QueueAccess } from "./queue-access.ts";
import { readPastedConfig as readConfig } from "./read-config.ts";
import { apiReadiness } from "./readiness.ts";
import type { Closers } from "./shutdown.ts";
import { readTrustedDocuments } from "./trusted-documents.ts";
import { VERSION } from "./version.ts";

/** What the parts of a process share. */
export interface Opened {
  config: Config;
  database: OpenDatabase;
  log: Log;
  closers: Closers;
  queue: QueueAccess;
  metrics: Metrics;
}

/** Starts it; gives its base URL. */
export async function openApi(opened: Opened): Promise<string> {
  const { config, database, log, closers, queue, metrics } = opened;
  const { db } = database;
  const { host, port, adminToken, answerCacheBytes: answerBytes, shutdownDelayMs } = config;
  const documents = await readTrustedDocuments(config.trustedDocuments);
  const pool = await openReadPool(opened);
  const replicas = pool ? { replicas: pool } : {};
  const feed = closers.add("change feed", await openFeed({ db, log, ...replicas }));
  const commands = adminToken === null ? null : createCommands({ config, db, queue });
  const webhooks = createIncomingWebhooks({ config, db, queue });
  const queueBoard = async (path: string) => (await queue.get()).board(path);
  const text = isMember ? metricsOfAll : metrics.text;
  const server = await startServer({
    ...{ db, feed, log, readConfig, commands, ...documents },
    ...{ host, port, answerBytes, adminToken, queueBoard, webhooks, release: VERSION },
    ...{ metrics, metricsText: config.metricsPort === null ? text : null },
    ...(pool && { readFrom: pool.pick }),
    rateLimit: openRateLimit(opened),
    trustedProxies: config.trustedProxies,
    logRequests: config.logLevel === "info" || config.logLevel === "debug",
    readiness: apiReadiness({ db, feed, queue, pool }),
  });
  const depth = async () => (await queue.peek())?.depth() ?? null;
  metrics.watch({ db, feed, queue: depth, streams: () => server.streams });
  const close = async () => {
    server.drain();
    // Load balancers see it first, and turn to the others.
    if (shutdownDelayMs > 0) await delay(shutdownDelayMs);
    await server.close();
  };
  closers.add("API", { close }, shutdownDelayMs);
  return server.url;
}

/** Null where no replicas are configured. */
async function openReadPool({ config, database, log, closers, metrics }: Opened) {
  const { replicaUrls: urls, databasePoolSize: maxConnections } = config;
  if (urls.length === 0) return null;
  const observe = metrics.observeStatement;
  const pool = await openReplicas({ primary: database.db, urls, log, maxConnections, observe });
  return closers.add("replicas", pool);
}

/** Null where nothing is limited; only otherwise is Redis connected to. */
function openRateLimit({ config, log, closers }: Opened): RateLimit | null {
  const { rateLimit, redisUrl, trustedProxies } = config;
  if (rateLimit.requests === 0 && rateLimit.cost === 0) return null;
  const onError = (error: Error) => log.debug({ error: error.message }, "rate limit connection");
  const redis = redisUrl === null ? null : connectRedis(redisUrl, onError);
  if (redis) closers.add("rate limit", { close: async () => redis.disconnect() });
  return createRateLimit({ ...rateLimit, trustedProxies, redis });
}
