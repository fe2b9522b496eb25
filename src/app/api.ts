/**
 * The API of this process, put together: the change feed, the server over it, its limits, and for
 * administrators their commands and the page of the queue. What only some installations have is loaded
 * only there.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config.ts";
import { openReplicas } from "../db/replicas.ts";
import { openFeed } from "../events/feed.ts";
import type { Log } from "../log.ts";
import { type Readiness, startServer } from "../server/index.ts";
import type { Metrics } from "../server/metrics/index.ts";
import type { RateLimit } from "../server/rate-limit.ts";
import { isMember, metricsOfAll } from "./cluster-member.ts";
import type { OpenDatabase } from "./database.ts";
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

export interface RunningApi {
  /** Base URL. */
  url: string;
  readiness: () => Promise<Readiness>;
}

/** Starts it. */
export async function openApi(opened: Opened): Promise<RunningApi> {
  const { config, database, log, closers, queue, metrics } = opened;
  const { db } = database;
  const { host, port, adminToken, answerCacheBytes: answerBytes, shutdownDelayMs } = config;
  const documents = await readTrustedDocuments(config.trustedDocuments);
  const pool = await openReadPool(opened);
  const replicas = pool ? { replicas: pool } : {};
  const feed = closers.add("change feed", await openFeed({ db, log, ...replicas }));
  const commands = adminToken === null ? null : await openCommands(opened);
  const webhooks = config.hub.webhookSecret === null ? [] : await openWebhooks(opened);
  const queueBoard = async (path: string) => (await queue.get()).board(path);
  const text = isMember ? metricsOfAll : metrics.text;
  const readiness = apiReadiness({ db, feed, queue, pool });
  const server = await startServer({
    ...{ db, feed, log, readConfig, commands, ...documents },
    ...{ host, port, answerBytes, adminToken, queueBoard, webhooks, release: VERSION },
    ...{ metrics, metricsText: config.metricsPort === null ? text : null },
    ...(pool && { readFrom: pool.pick }),
    rateLimit: await openRateLimit(opened),
    trustedProxies: config.trustedProxies,
    logRequests: config.logLevel === "info" || config.logLevel === "debug",
    readiness,
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
  return { url: server.url, readiness };
}

/** Null where no replicas are configured. */
async function openReadPool({ config, database, log, closers, metrics }: Opened) {
  const { replicaUrls: urls, databasePoolSize: maxConnections } = config;
  if (urls.length === 0) return null;
  const observe = metrics.observeStatement;
  const pool = await openReplicas({ primary: database.db, urls, log, maxConnections, observe });
  return closers.add("replicas", pool);
}

async function openCommands({ config, database: { db }, queue }: Opened) {
  const { createCommands } = await import("./commands.ts");
  return createCommands({ config, db, queue });
}

async function openWebhooks({ config, database: { db }, queue }: Opened) {
  const { createIncomingWebhooks } = await import("./incoming-webhooks.ts");
  return createIncomingWebhooks({ config, db, queue });
}

/** Null where nothing is limited; only otherwise is Redis connected to. */
async function openRateLimit({ config, log, closers }: Opened): Promise<RateLimit | null> {
  const { rateLimit, redisUrl, trustedProxies } = config;
  if (rateLimit.requests === 0 && rateLimit.cost === 0) return null;
  const [{ createRateLimit }, { connectRedis, IMPATIENT }] = await Promise.all([
    import("../server/rate-limit.ts"),
    import("../ingest/redis.ts"),
  ]);
  const onError = (error: Error) => log.debug({ error: error.message }, "rate limit connection");
  const redis = redisUrl === null ? null : connectRedis(redisUrl, onError, IMPATIENT);
  if (redis) closers.add("rate limit", { close: async () => redis.disconnect() });
  return createRateLimit({ ...rateLimit, trustedProxies, redis });
}
