/**
 * Redis, Postgres and both stopped and started while the catalog is read and followed: the API
 * answers what it can, everything recovers by itself, and the log holds every change once.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnPostgres, startOwnPostgres } from "../helpers/own-postgres.ts";
import {
  ask,
  type Listening,
  listen,
  type RunningPlimsoll,
  startPlimsoll,
} from "../helpers/plimsoll.ts";
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from "../helpers/queue-backends.ts";
import {
  type SimulatedHub,
  simulatedOrganizations,
  startSimulatedHub,
} from "../helpers/simulated-hub/index.ts";

const MODELS = 150;
/** The promise is ten seconds; a loaded machine gets some more. */
const RECOVERY = { timeout: 20_000, interval: 200 };
const WORK = { timeout: 90_000, interval: 250 };

interface Run {
  id: string;
  status: string;
}

type Server = OwnPostgres | OwnRedis;

interface Event {
  catalogUpdated: { number: number; kind: string; model: { slug: string } | null };
}

describe.skipIf(!ownRedisAvailable)("an outage during work", { timeout: 180_000 }, () => {
  let postgres: OwnPostgres;
  let redis: OwnRedis;
  let redisFolder: string;
  let hub: SimulatedHub;
  let api: RunningPlimsoll;
  let worker: RunningPlimsoll;
  const seen: Event["catalogUpdated"][] = [];
  const leave = new AbortController();
  let stream: Listening<Event>;
  let following: Promise<void>;

  beforeAll(async () => {
    redisFolder = await mkdtemp(join(tmpdir(), "plimsoll-redis-"));
    const durable = ["--appendonly", "yes", "--appendfsync", "always", "--dir", redisFolder];
    const simulation = { count: MODELS, organizations: 5, latencyMs: 20 };
    [postgres, redis, hub] = await Promise.all([
      startOwnPostgres(),
      startOwnRedis(...durable),
      startSimulatedHub(simulation),
    ]);
    const variables = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      HF_ENDPOINT: hub.url,
      HF_ORGANIZATIONS: simulatedOrganizations(5).join(","),
      HF_SCHEDULE: "*/3 * * * * *",
    };
    worker = await startPlimsoll(variables, "worker");
    api = await startPlimsoll(variables, "serve");
    following = follow();
  }, 120_000);

  afterAll(async () => {
    leave.abort();
    await api?.stop("SIGKILL");
    await worker?.stop("SIGKILL");
    await Promise.all([postgres?.close(), redis?.stop(), hub?.close()]);
    await rm(redisFolder, { recursive: true, force: true });
  });

  /** Follows the log as a client does: whenever the stream ends, again from the last number. */
  async function follow(): Promise<void> {
    while (!leave.signal.aborted) {
      const after = seen.at(-1)?.number ?? 0;
      const query = `subscription { catalogUpdated(after: ${after}) { number kind model { slug } } }`;
      stream = listen<Event>(api.url, query);
      leave.signal.onabort = stream.close;
      await stream.ended;
      seen.push(...stream.events.splice(0).map(({ catalogUpdated }) => catalogUpdated));
      await sleep(100);
    }
  }

  const status = async (path: string) => (await fetch(`${api.url}${path}`)).status;
  const answers = (question: string) =>
    ask<Record<string, unknown>>(api.url, question).catch((error: Error) => error.message);

  /** How the newest run of the Hub stands. */
  async function lastRun(): Promise<Run | undefined> {
    const question = `{ source: node(id: "Source:hugging-face") { ... on Source {
      runs(first: 1) { id status listed created updated failed } } } }`;
    const { source } = await ask<{ source: { runs: Run[] } | null }>(api.url, question);
    return source?.runs[0];
  }

  async function outage(seed: number, servers: Server[]): Promise<void> {
    const before = await lastRun();
    await hub.change(0.6, "config", seed);
    // The next run has begun, and has much to read.
    await expect.poll(async () => (await lastRun())?.id, WORK).not.toBe(before?.id);
    await Promise.all(servers.map((server) => server.stop()));
    await sleep(1500);
    expect(await status("/livez")).toBe(200);
    expect(await answers("{ __typename }")).toEqual({ __typename: "Query" });
    if (servers.includes(postgres)) {
      expect(await status("/readyz")).toBe(503);
      expect(await answers("{ sources { slug } }")).toContain("UNAVAILABLE");
    } else {
      expect(await answers("{ sources { slug } }")).toHaveProperty("sources");
    }
    await Promise.all(servers.map((server) => server.start()));
    await expect.poll(() => status("/readyz"), RECOVERY).toBe(200);
    await expect.poll(() => answers("{ sources { slug } }"), RECOVERY).toHaveProperty("sources");
    // The run goes on to its end, and the next finds nothing left to do.
    const settled = { status: "SUCCEEDED", created: 0, updated: 0, failed: 0 };
    await expect.poll(lastRun, WORK).toMatchObject(settled);
    expect((await lastRun())?.id).not.toBe(before?.id);
  }

  it("of Redis", async () => {
    await outage(1, [redis]);
  });

  it("of Postgres", async () => {
    await outage(2, [postgres]);
  });

  it("of both", async () => {
    await outage(3, [redis, postgres]);
  });

  it("leaves a log with every change once, which its follower has seen in order", async () => {
    const { catalogVersion, models } = await ask<{
      catalogVersion: number;
      models: { totalCount: number };
    }>(
      api.url,
      `query ($organizations: [String!]) {
        catalogVersion
        models(filter: { organizations: $organizations }) { totalCount }
      }`,
      { organizations: simulatedOrganizations(5) },
    );
    expect(models.totalCount).toBe(MODELS);
    const received = () => seen.length + stream.events.length;
    await expect.poll(received, WORK).toBeGreaterThanOrEqual(catalogVersion);
    leave.abort();
    await following;
    const numbers = seen.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: catalogVersion }, (_, index) => index + 1));
    const added = seen.filter(({ kind }) => kind === "MODEL_ADDED").map(({ model }) => model?.slug);
    expect(new Set(added).size).toBe(added.length);
  });
});
