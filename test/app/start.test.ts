/** The whole product in one process, as `npm start` runs it, against a local Hub. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HubServer, reposFromFolder, startHubServer } from "../helpers/hub-server/index.ts";
import { ask, listen, makeHome, startPlimsoll } from "../helpers/plimsoll.ts";

interface Event {
  catalogUpdated: { number: number; kind: string; model: { huggingFaceId: string } | null };
}

const SUBSCRIPTION = `subscription { catalogUpdated(after: 0) { number kind model { huggingFaceId } } }`;
const RUNS = `{ sources { slug healthy runs(first: 1) { status created updated } } }`;

interface Runs {
  sources: { slug: string; healthy: boolean; runs: Record<string, unknown>[] }[];
}

let hub: HubServer;
let home: Awaited<ReturnType<typeof makeHome>>;

beforeAll(async () => {
  hub = await startHubServer({ repos: reposFromFolder("test/fixtures/hub") });
  home = await makeHome();
});
afterAll(async () => {
  await home.remove();
  await hub.close();
});

describe("npm start", { timeout: 120_000 }, () => {
  it("serves the bundled catalog at once, reads the Hub on schedule and tells subscribers", async () => {
    const plimsoll = await startPlimsoll({
      PLIMSOLL_HOME: home.home,
      HF_ENDPOINT: hub.url,
      HF_SCHEDULE: "*/2 * * * * *",
    });
    try {
      const { models } = await ask<{ models: { totalCount: number } }>(
        plimsoll.url,
        "{ models { totalCount } }",
      );
      expect(models.totalCount).toBeGreaterThanOrEqual(150);
      const live = listen<Event>(plimsoll.url, SUBSCRIPTION);
      const hubRun = async () => {
        const { sources } = await ask<Runs>(plimsoll.url, RUNS);
        return sources.find((source) => source.slug === "hugging-face")?.runs[0];
      };
      await expect.poll(hubRun, { timeout: 30_000 }).toMatchObject({ status: "SUCCEEDED" });
      // The second scheduled run finds everything as it was.
      await expect
        .poll(hubRun, { timeout: 30_000 })
        .toMatchObject({ status: "SUCCEEDED", created: 0, updated: 0 });
      const { catalogVersion } = await ask<{ catalogVersion: number }>(
        plimsoll.url,
        "{ catalogVersion }",
      );
      await expect.poll(() => live.events.length, { timeout: 20_000 }).toBe(catalogVersion);
      const numbers = live.events.map((event) => event.catalogUpdated.number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      live.close();
      expect(await plimsoll.stop("SIGINT")).toBe(0);
    } finally {
      await plimsoll.stop("SIGKILL");
    }
  });

  it("keeps its data over a SIGKILL and starts again by itself", async () => {
    const first = await startPlimsoll({ PLIMSOLL_HOME: home.home });
    const question = "{ catalogVersion models { totalCount } }";
    const before = await ask(first.url, question);
    await first.stop("SIGKILL");
    const second = await startPlimsoll({ PLIMSOLL_HOME: home.home });
    try {
      expect(await ask(second.url, question)).toEqual(before);
    } finally {
      expect(await second.stop("SIGTERM")).toBe(0);
    }
  });

  it("takes one Ctrl-C that arrives twice, from the terminal and from npm, for one", async () => {
    const plimsoll = await startPlimsoll({ PLIMSOLL_HOME: home.home });
    plimsoll.process.kill("SIGINT");
    expect(await plimsoll.stop("SIGINT")).toBe(0);
  });

  it("stops at once when it is asked to during its first start", async () => {
    const fresh = await makeHome();
    const { PATH = "" } = process.env;
    const env = {
      PATH,
      PORT: "0",
      PLIMSOLL_HOME: fresh.home,
      SOURCES: "hugging-face",
      HF_SCHEDULE: "off",
    };
    const child = spawn(process.execPath, ["dist/main.js", "start"], { env, stdio: "ignore" });
    const exited = once(child, "exit");
    await expect.poll(() => readdirSync(fresh.home).length, { timeout: 30_000 }).toBeGreaterThan(0);
    child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
    await fresh.remove();
  });

  it("without a network keeps serving and names the source that failed", async () => {
    const plimsoll = await startPlimsoll({
      PLIMSOLL_HOME: home.home,
      HF_ENDPOINT: "http://127.0.0.1:1",
      HF_SCHEDULE: "*/1 * * * * *",
    });
    try {
      const health = async () => {
        const { sources } = await ask<Runs>(plimsoll.url, RUNS);
        return sources.find((source) => source.slug === "hugging-face")?.healthy;
      };
      await expect.poll(health, { timeout: 60_000, interval: 500 }).toBe(false);
      const { models } = await ask<{ models: { totalCount: number } }>(
        plimsoll.url,
        "{ models { totalCount } }",
      );
      expect(models.totalCount).toBeGreaterThanOrEqual(150);
    } finally {
      await plimsoll.stop("SIGINT");
    }
  });
});
