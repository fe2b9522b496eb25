/** A worker as a process of its own, that can be killed: takes jobs until it is told to go. */
import { connect } from "../../../src/db/client.ts";
import { createFlow } from "../../../src/ingest/flow.ts";
import { createHttpClient } from "../../../src/ingest/http/client.ts";
import { openQueue } from "../../../src/ingest/queue.ts";
import { createHuggingFaceSource } from "../../../src/ingest/sources/hugging-face/index.ts";
import { silentLog as log } from "../../../src/log.ts";
import { simulatedOrganizations } from "./repositories.ts";

export interface WorkerStart {
  databaseUrl: string;
  redisUrl: string | null;
  endpoint: string;
  organizations: number;
}

// Whoever started it may have been killed.
process.once("disconnect", () => process.exit());

process.once("message", async ({ databaseUrl, redisUrl, endpoint, ...start }: WorkerStart) => {
  const { db } = connect({ url: databaseUrl });
  const queue = await openQueue({ databaseUrl, redisUrl, log, concurrency: 4, stalledMs: 1000 });
  const http = createHttpClient({ userAgent: "plimsoll-test", log, budget: queue.budget });
  const organizations = simulatedOrganizations(start.organizations);
  const listing = { organizations, limitPerOrganization: 1000, trending: 0 };
  const source = createHuggingFaceSource({ endpoint, token: null, ...listing });
  queue.work(createFlow({ db, http, log, sources: new Map([[source.id, source]]) }), () => {});
  process.send?.("working");
});
