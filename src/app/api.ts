/**
 * The API of this process, put together: the change feed, the server over it, and for administrators
 * their commands and the page of the queue, which connect to the queue when they are first used.
 */
import type { Config } from "../config.ts";
import { openFeed } from "../events/feed.ts";
import type { Log } from "../log.ts";
import { startServer } from "../server/index.ts";
import { createCommands } from "./commands.ts";
import type { OpenDatabase } from "./database.ts";
import { createIncomingWebhooks } from "./incoming-webhooks.ts";
import { createQueueAccess } from "./queue-access.ts";
import { readPastedConfig as readConfig } from "./read-config.ts";
import type { Closers } from "./shutdown.ts";
import { readTrustedDocuments } from "./trusted-documents.ts";
import { VERSION } from "./version.ts";

export interface ApiStart {
  config: Config;
  database: OpenDatabase;
  log: Log;
  closers: Closers;
}

/** Starts it; gives its base URL. */
export async function openApi({ config, database, log, closers }: ApiStart): Promise<string> {
  const { db, url: databaseUrl } = database;
  const { host, port, adminToken, redisUrl, answerCacheBytes: answerBytes } = config;
  const documents = await readTrustedDocuments(config.trustedDocuments);
  const queue = closers.add("queue", createQueueAccess({ databaseUrl, redisUrl, log }));
  const feed = closers.add("change feed", await openFeed({ db, log }));
  const commands = adminToken === null ? null : createCommands({ config, db, queue });
  const webhooks = createIncomingWebhooks({ config, db, queue });
  const queueBoard = async (path: string) => (await queue.get()).board(path);
  const context = { db, feed, log, readConfig, commands };
  const server = await startServer({
    ...context,
    ...documents,
    ...{ host, port, answerBytes, adminToken, queueBoard, webhooks, release: VERSION },
  });
  closers.add("API", server);
  return server.url;
}
