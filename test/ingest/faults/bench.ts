/**
 * A catalog in front of a local Hub, for breaking things: a first good run, then a Hub that changes
 * two models and spoils what is asked of one of them, then a Hub in order again.
 */
import { eq } from "drizzle-orm";
import { afterEach, expect } from "vitest";
import { type Connection, connect } from "../../../src/db/client.ts";
import { catalogEvents, models, quarantine } from "../../../src/db/tables.ts";
import { createHttpClient } from "../../../src/ingest/http/client.ts";
import type { RunReport } from "../../../src/ingest/report.ts";
import { runSource } from "../../../src/ingest/runner.ts";
import { silentLog } from "../../../src/log.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import {
  type Fault,
  fixtureRepos,
  type HubRepo,
  type HubServer,
  type HubServerOptions,
  sourceAt,
  startHubServer,
} from "../../helpers/hub-server/index.ts";

export const VICTIM = "acme/Tiny-Dense";
export const OTHER = "bolt/Small-Chat";

export interface Bench {
  hub: HubServer;
  db: Connection["db"];
  /** One run over everything the Hub lists. */
  run(): Promise<RunReport>;
  /** Gives a model a longer context on the Hub. */
  change(id: string, contextLength: number): void;
  /** Spoils matching requests until `heal`. */
  spoil(part: string | RegExp, fault: Fault): void;
  heal(): void;
  /** The context length that the catalog serves. */
  served(id: string): Promise<number | null>;
  /** Why a model is set aside; null when it is not. */
  setAside(id: string): Promise<string | null>;
  events(): Promise<string[]>;
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

export interface BenchOptions {
  repos?: HubRepo[];
  server?: Partial<HubServerOptions>;
  limitPerOrganization?: number;
  organizations?: string[];
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const database: TestDatabase = await createTestDatabase();
  cleanups.push(() => database.drop());
  const hub = await startHubServer({ repos: options.repos ?? fixtureRepos(), ...options.server });
  cleanups.push(() => hub.close());
  const { db, close } = connect({ url: database.url });
  cleanups.push(close);
  const { limitPerOrganization = 1000, organizations = ["acme", "bolt"] } = options;
  const source = sourceAt(hub.url, { limitPerOrganization, organizations });
  let spoiled = true;
  return {
    hub,
    db,
    async run() {
      const http = createHttpClient({
        userAgent: "plimsoll-test",
        log: silentLog,
        attempts: 2,
        backoffMs: 1,
        maxPauseMs: 1500,
        idleTimeoutMs: 2000,
      });
      const { signal } = new AbortController();
      const deps = { db, http, log: silentLog, signal, remember: true };
      return runSource(source, deps);
    },
    change(id, contextLength) {
      const { repo } = hub.store.find(id)!;
      const config = JSON.parse(String(repo.files["config.json"]));
      const text = JSON.stringify({ ...config, max_position_embeddings: contextLength });
      const lastModified = new Date().toISOString();
      hub.store.put({ ...repo, lastModified, files: { ...repo.files, "config.json": text } });
    },
    spoil(part, fault) {
      hub.fail(({ url }) => {
        const address = url.pathname + url.search;
        return spoiled && (typeof part === "string" ? address.includes(part) : part.test(address));
      }, fault);
    },
    heal() {
      spoiled = false;
    },
    async served(id) {
      const [row] = await db.select().from(models).where(eq(models.huggingFaceId, id));
      return row?.contextLength ?? null;
    },
    async setAside(id) {
      const [row] = await db.select().from(quarantine).where(eq(quarantine.externalId, id));
      return row ? `${row.code}: ${row.reason}` : null;
    },
    async events() {
      const rows = await db.select({ kind: catalogEvents.kind }).from(catalogEvents);
      return rows.map((row) => row.kind);
    },
  };
}

/** The report of a run that has to have succeeded. */
export function reportOf(report: RunReport): RunReport {
  expect(report).toMatchObject({ status: "SUCCEEDED" });
  return report;
}

/**
 * Both models change and one of them cannot be read: the other is stored, the spoiled one is named and
 * served as it was, and the next run has it.
 */
export async function expectOneSpoiled(
  part: string | RegExp,
  fault: Fault,
  named: { reason?: RegExp; setAside?: RegExp },
): Promise<void> {
  const bench = await openBench();
  await bench.run();
  for (const id of [VICTIM, OTHER]) bench.change(id, 16_384);
  bench.spoil(part, fault);
  const report = reportOf(await bench.run());
  expect(await bench.served(OTHER)).toBe(16_384);
  expect(await bench.served(VICTIM)).toBe(8192);
  if (named.reason) expect(Object.keys(report.reasons).join(" ")).toMatch(named.reason);
  if (named.setAside) expect(await bench.setAside(VICTIM)).toMatch(named.setAside);
  bench.heal();
  reportOf(await bench.run());
  expect(await bench.served(VICTIM)).toBe(16_384);
  expect(await bench.setAside(VICTIM)).toBeNull();
}
