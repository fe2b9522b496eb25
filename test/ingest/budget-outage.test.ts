/** A database that goes away while a model is read, with the budget that workers keep in it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { sourceRecords } from "../../src/db/tables.ts";
import { LocalBudget } from "../../src/ingest/http/budget.ts";
import { createHttpClient } from "../../src/ingest/http/client.ts";
import { readStep } from "../../src/ingest/steps.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import {
  contextWith,
  fixtureRepos,
  type HubServer,
  listAll,
  sourceAt,
  startHubServer,
} from "../helpers/hub-server/index.ts";

const database = useTestDatabase();
let connection: Connection;
let hub: HubServer;

beforeEach(async () => {
  connection = connect({ url: database.url });
  // Its listing states no total, so the headers of its weights are read after its config.
  const { safetensors: _, ...repo } = fixtureRepos().find(({ id }) => id === "acme/Tiny-Dense")!;
  hub = await startHubServer({ repos: [repo] });
});
afterEach(async () => {
  await hub.close();
  await connection.close();
});

/** A budget that cannot be asked once so many requests have left. */
class LostBudget extends LocalBudget {
  left: number;

  constructor(requests: number) {
    super();
    this.left = requests;
  }

  override async take(bucket: string): Promise<number> {
    if (this.left-- > 0) return super.take(bucket);
    throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  }
}

it.each([0, 1])("keeps no model that was half read: after %i requests", async (requests) => {
  const source = sourceAt(hub.url);
  const { items } = await listAll(source, contextWith());
  const { db } = connection;
  const budget = new LostBudget(requests);
  const http = createHttpClient({ userAgent: "plimsoll-test", log, budget });
  const { signal } = new AbortController();
  const read = readStep(source, items, { db, http, log, signal });
  // As our own failure, for which a job is taken up again at no cost.
  await expect(read).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(await db.$count(sourceRecords)).toBe(0);
});
