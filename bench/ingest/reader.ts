/** Reads the simulated Hub once per call: in this process, or through the queue as a worker does. */

import type { Database } from "../../src/db/client.ts";
import { createFlow } from "../../src/ingest/flow.ts";
import { createHttpClient } from "../../src/ingest/http/client.ts";
import { openQueue } from "../../src/ingest/queue.ts";
import { runSource } from "../../src/ingest/runner.ts";
import { createHuggingFaceSource } from "../../src/ingest/sources/hugging-face/index.ts";
import { silentLog } from "../../src/log.ts";

export interface ReaderOptions {
  db: Database;
  databaseUrl: string;
  endpoint: string;
  organizations: string[];
  queued: boolean;
}

export interface Reader {
  run(): Promise<void>;
  close(): Promise<void>;
}

export async function makeReader(options: ReaderOptions): Promise<Reader> {
  const { db, databaseUrl, endpoint, organizations } = options;
  const listing = { organizations, limitPerOrganization: 100_000, trending: 0 };
  const source = createHuggingFaceSource({ endpoint, token: null, ...listing });
  const log = silentLog;
  if (!options.queued) {
    const http = createHttpClient({ userAgent: "plimsoll-bench", log });
    const { signal } = new AbortController();
    const deps = { db, http, log, signal, remember: true };
    return { run: async () => void (await runSource(source, deps)), close: async () => {} };
  }
  const queue = await openQueue({ databaseUrl, redisUrl: null, log });
  const http = createHttpClient({ userAgent: "plimsoll-bench", log, budget: queue.budget });
  queue.work(createFlow({ db, http, log, sources: new Map([[source.id, source]]) }), () => {});
  return { run: () => queue.runNow(source.id), close: () => queue.close() };
}
