/** What an upstream can do to a listing. The run ends, what was listed is stored, the next recovers. */
import { expect, it } from "vitest";
import { type Fault, fixtureRepos, type HubServerOptions } from "../helpers/hub-server/index.ts";
import { type BenchOptions, OTHER, openBench, reportOf, VICTIM } from "./faults/bench.ts";

const DENSE = fixtureRepos().find(({ id }) => id === VICTIM)!;

/** Thirty models of one owner, twenty to a page. */
function paged(server: Partial<HubServerOptions> = {}): BenchOptions {
  const repos = Array.from({ length: 30 }, (_, index) => ({
    ...DENSE,
    id: `many/Model-${String(index).padStart(2, "0")}`,
  }));
  return { repos, organizations: ["many"], server: { mostPerPage: 20, ...server } };
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

it("a page that comes twice: it is named, and the next run has the others", async () => {
  const bench = await openBench(paged());
  const query = "author=many&sort=lastModified&limit=20&expand=sha&expand=siblings";
  const body = await (await fetch(`${bench.hub.url}/api/models?${query}`)).text();
  const headers = { "content-type": "application/json" };
  bench.spoil("cursor=", { kind: "status", status: 200, headers, body });
  const report = reportOf(await bench.run());
  expect(report).toMatchObject({ created: 20, failed: 0, failedPages: 1 });
  expect(report.reasons.PAGE_UPSTREAM_INVALID?.example).toContain("twice");
  bench.heal();
  expect(reportOf(await bench.run())).toMatchObject({ created: 10, unchanged: 20, failedPages: 0 });
});

it("a page that shifts under the cursor: nothing is read twice, the next run has what slipped", async () => {
  const bench = await openBench(paged());
  let moved = false;
  bench.hub.fail(
    ({ url }) => {
      // The last model moves to the front of the listing while its second page is asked for.
      if (!moved && url.searchParams.has("cursor")) bench.change("many/Model-29", 16_384);
      moved ||= url.searchParams.has("cursor");
      return false;
    },
    { kind: "reset" },
  );
  expect(reportOf(await bench.run())).toMatchObject({ created: 29, failed: 0 });
  expect(reportOf(await bench.run())).toMatchObject({ created: 1, sweep: false });
  expect(await bench.served("many/Model-29")).toBe(16_384);
});

it("a mirror whose links lead to another host", async () => {
  const bench = await openBench(paged({ publicUrl: "https://hub.example" }));
  expect(reportOf(await bench.run())).toMatchObject({ created: 30, failedPages: 0 });
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
