/** What an upstream can do to a listing. The run ends, what was listed is stored, the next recovers. */
import { expect, it } from "vitest";
import { sourceProgress } from "../../src/db/tables.ts";
import type { Fault } from "../helpers/hub-server/index.ts";
import { fixtureRepos, type HubRepo } from "../helpers/hub-server/index.ts";
import { OTHER, openBench, reportOf, VICTIM } from "./faults/bench.ts";

const DENSE = fixtureRepos().find(({ id }) => id === VICTIM)!;

/** Models of one owner, more than fit on a page; the first is the most downloaded. */
function manyRepos(count: number): HubRepo[] {
  return Array.from({ length: count }, (_, index) => ({
    ...DENSE,
    id: `many/Model-${String(index).padStart(3, "0")}`,
    downloads: 10_000 - index,
  }));
}

/** One organization's listing is spoiled: the other's models are stored, and the page is named. */
async function expectPageSpoiled(fault: Fault, named: RegExp): Promise<void> {
  const bench = await openBench();
  await bench.run();
  for (const id of [VICTIM, OTHER]) bench.change(id, 16_384);
  bench.spoil("author=acme", fault);
  const report = reportOf(await bench.run());
  expect(report).toMatchObject({ status: "SUCCEEDED", failedPages: 1 });
  expect(Object.keys(report.reasons).join(" ")).toMatch(named);
  expect(await bench.served(OTHER)).toBe(16_384);
  expect(await bench.served(VICTIM)).toBe(8192);
  bench.heal();
  expect(reportOf(await bench.run())).toMatchObject({ failedPages: 0 });
  expect(await bench.served(VICTIM)).toBe(16_384);
}

it("500 for one organization", () =>
  expectPageSpoiled({ kind: "status", status: 500 }, /PAGE_UPSTREAM_UNAVAILABLE/));

it("a listing that is cut off", () =>
  expectPageSpoiled({ kind: "truncate" }, /PAGE_UPSTREAM_UNAVAILABLE/));

it("a listing of 60 MB", () =>
  expectPageSpoiled({ kind: "huge", bytes: 60e6 }, /PAGE_UPSTREAM_TOO_LARGE/));

it("a web page in place of a listing", () =>
  expectPageSpoiled(
    { kind: "body", body: "<html>", contentType: "text/html" },
    /PAGE_UPSTREAM_INVALID/,
  ));

it("an object where a list was", () =>
  expectPageSpoiled({ kind: "body", body: '{"models":[]}' }, /PAGE_UPSTREAM_INVALID/));

it("a listing that redirects to another host", () =>
  expectPageSpoiled(
    { kind: "status", status: 307, headers: { location: "http://elsewhere.example/" } },
    /PAGE_UPSTREAM_INVALID/,
  ));

it("503 for all that is asked: the source fails with an event and recovers with another", async () => {
  const bench = await openBench();
  await bench.run();
  bench.change(VICTIM, 16_384);
  bench.spoil("/", { kind: "status", status: 503 });
  for (const attempt of [1, 2, 3]) {
    const failed = { status: "FAILED", error: expect.stringContaining("503") };
    expect(await bench.run(), `attempt ${attempt}`).toMatchObject(failed);
    expect(await bench.served(VICTIM)).toBe(8192);
  }
  bench.heal();
  expect(reportOf(await bench.run())).toMatchObject({ status: "SUCCEEDED", updated: 1 });
  const told = (await bench.events()).filter((kind) => kind.startsWith("SOURCE"));
  expect(told).toEqual(["SOURCE_FAILED", "SOURCE_RECOVERED"]);
});

it("an entry whose field changed its type loses that field and nothing else", async () => {
  const bench = await openBench();
  await bench.run();
  bench.change(VICTIM, 16_384);
  const { repo } = bench.hub.store.find(VICTIM)!;
  bench.hub.store.put({ ...repo, downloads: "many" as unknown as number });
  reportOf(await bench.run());
  expect(await bench.served(VICTIM)).toBe(16_384);
});

it("a page that comes twice: its models are read once, and a sweep has the others", async () => {
  const bench = await openBench({ repos: manyRepos(150), organizations: ["many"] });
  const url = `${bench.hub.url}/api/models?author=many&sort=downloads&limit=100&expand=sha&expand=siblings`;
  const body = await (await fetch(url)).text();
  const headers = { "content-type": "application/json" };
  bench.spoil("cursor=", { kind: "status", status: 200, headers, body });
  expect(reportOf(await bench.run())).toMatchObject({ listed: 200, created: 100, failed: 0 });
  const files = bench.hub.requests.filter(({ path }) => path.includes("/resolve/"));
  expect(files).toHaveLength(100);
  bench.heal();
  await bench.db.delete(sourceProgress);
  expect(reportOf(await bench.run())).toMatchObject({ created: 50, unchanged: 100 });
});

it("a page that shifts under the cursor: nothing is read twice, the next run has what slipped", async () => {
  const bench = await openBench({ repos: manyRepos(150), organizations: ["many"] });
  let moved = false;
  bench.hub.fail(
    ({ url }) => {
      if (moved || !url.searchParams.has("cursor")) return false;
      moved = true;
      // The last model overtakes all others while the second page is asked for.
      const { repo } = bench.hub.store.find("many/Model-149")!;
      bench.hub.store.put({ ...repo, downloads: 1_000_000 });
      return false;
    },
    { kind: "reset" },
  );
  expect(reportOf(await bench.run())).toMatchObject({ created: 149, failed: 0 });
  expect(reportOf(await bench.run()).created).toBeLessThanOrEqual(1);
  await bench.db.delete(sourceProgress);
  await bench.run();
  expect(await bench.served("many/Model-149")).toBe(8192);
});

it("a mirror whose links lead to another host", async () => {
  const server = { publicUrl: "https://hub.example" };
  const bench = await openBench({ repos: manyRepos(150), organizations: ["many"], server });
  expect(reportOf(await bench.run())).toMatchObject({ created: 150, failedPages: 0 });
});

it("a listing without end stops at the limit", async () => {
  const bench = await openBench({ limitPerOrganization: 30, organizations: ["acme"] });
  let page = 0;
  const endless: Fault = {
    kind: "status",
    status: 200,
    get headers() {
      page++;
      const next = `<http://hub/api/models?author=acme&cursor=${page}>; rel="next"`;
      return { "content-type": "application/json", link: next };
    },
    get body() {
      return JSON.stringify([{ id: `acme/Ghost-${page}`, pipeline_tag: "text-to-image" }]);
    },
  };
  bench.spoil("/api/models?", endless);
  const report = reportOf(await bench.run());
  expect(report).toMatchObject({ status: "SUCCEEDED", skipped: 30 });
  bench.heal();
  expect(reportOf(await bench.run()).created).toBeGreaterThan(3);
});

it("a change that is dated years ahead does not hide those of today", async () => {
  const bench = await openBench();
  const { repo } = bench.hub.store.find(OTHER)!;
  bench.hub.store.put({ ...repo, lastModified: "2099-01-01T00:00:00.000Z" });
  await bench.run();
  bench.change(VICTIM, 16_384);
  const report = reportOf(await bench.run());
  expect(report.sweep).toBe(false);
  expect(await bench.served(VICTIM)).toBe(16_384);
});

it("a clock that is an hour slow: what it dates in our past is still a change", async () => {
  const bench = await openBench();
  const slow = () => new Date(Date.now() - 3_600_000).toISOString();
  const { repo } = bench.hub.store.find(OTHER)!;
  bench.hub.store.put({ ...repo, lastModified: slow() });
  await bench.run();
  bench.change(VICTIM, 16_384);
  const changed = bench.hub.store.find(VICTIM)!.repo;
  bench.hub.store.put({ ...changed, lastModified: slow() });
  const report = reportOf(await bench.run());
  expect(report.sweep).toBe(false);
  expect(await bench.served(VICTIM)).toBe(16_384);
});
