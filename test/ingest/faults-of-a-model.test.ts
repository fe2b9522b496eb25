/** What an upstream can do to one model. In each case the rest is read, and the next run recovers. */
import { expect, it } from "vitest";
import { models } from "../../src/db/tables.ts";
import { expectOneSpoiled, OTHER, openBench, reportOf, VICTIM } from "./faults/bench.ts";

const FILE = /^\/acme\/Tiny-Dense\/resolve\//;
const refused = (status: number, code: string, message = code) => ({
  kind: "status" as const,
  status,
  headers: { "x-error-code": code, "x-error-message": message },
});

it("401: a model that asks for a licence keeps what was read before", async () => {
  const bench = await openBench();
  await bench.run();
  for (const id of [VICTIM, OTHER]) bench.change(id, 16_384);
  bench.spoil(FILE, refused(401, "GatedRepo"));
  const report = reportOf(await bench.run());
  expect(await bench.served(VICTIM)).toBe(8192);
  expect(await bench.served(OTHER)).toBe(16_384);
  expect(report.failed).toBe(0);
  bench.heal();
  await bench.run();
  expect(await bench.served(VICTIM)).toBe(16_384);
});

it("403: a disabled model is set aside by name and served as it was", () =>
  expectOneSpoiled(FILE, refused(403, "", "Access to this resource is disabled."), {
    reason: /DISABLED/,
    setAside: /DISABLED: .*was disabled/,
  }));

it("403: a model whose licence the token was not granted keeps what was read before", async () => {
  const bench = await openBench();
  await bench.run();
  for (const id of [VICTIM, OTHER]) bench.change(id, 16_384);
  bench.spoil(FILE, refused(403, "GatedRepo"));
  expect(reportOf(await bench.run())).toMatchObject({ failed: 0 });
  expect(await bench.setAside(VICTIM)).toBeNull();
  expect([await bench.served(VICTIM), await bench.served(OTHER)]).toEqual([8192, 16_384]);
  bench.heal();
  await bench.run();
  expect(await bench.served(VICTIM)).toBe(16_384);
});

it("403 that says why in its body alone", () => {
  const body = JSON.stringify({ error: "Access to this resource is disabled." });
  return expectOneSpoiled(FILE, { kind: "status", status: 403, body }, { setAside: /DISABLED/ });
});

it("404: a file that is gone between listing and reading", () =>
  expectOneSpoiled(FILE, refused(404, "EntryNotFound"), { setAside: /NO_CONFIG/ }));

it("429 with Retry-After: the client waits as asked and the run misses nothing", async () => {
  const bench = await openBench();
  await bench.run();
  bench.change(VICTIM, 16_384);
  bench.hub.fail(FILE, { kind: "status", status: 429, headers: { "retry-after": "1" } }, 1);
  const started = performance.now();
  expect(reportOf(await bench.run())).toMatchObject({ failed: 0, updated: 1 });
  expect(performance.now() - started).toBeGreaterThan(1000);
});

it("429 that asks for more patience than a call has: the run ends and says how long", async () => {
  const bench = await openBench();
  await bench.run();
  bench.change(VICTIM, 16_384);
  bench.spoil(FILE, {
    kind: "status",
    status: 429,
    headers: { ratelimit: '"resolvers";r=0;t=200' },
  });
  const report = reportOf(await bench.run());
  expect(report).toMatchObject({ status: "SUCCEEDED", failed: 1 });
  expect(report.retryAfterMs).toBeGreaterThan(200_000);
  bench.heal();
  expect(reportOf(await bench.run())).toMatchObject({ failed: 0, updated: 1 });
});

it("429 without headers", () =>
  expectOneSpoiled(FILE, { kind: "status", status: 429 }, { reason: /UPSTREAM_RATE_LIMITED/ }));

it("500", () =>
  expectOneSpoiled(FILE, { kind: "status", status: 500 }, { reason: /UPSTREAM_UNAVAILABLE/ }));

it("a connection that is reset", () =>
  expectOneSpoiled(FILE, { kind: "reset" }, { reason: /UPSTREAM_UNAVAILABLE/ }));

it("a body that stops half-way", () =>
  expectOneSpoiled(FILE, { kind: "truncate" }, { reason: /UPSTREAM_UNAVAILABLE/ }));

it("silence after the first byte", () =>
  expectOneSpoiled(FILE, { kind: "stall" }, { reason: /UPSTREAM_UNAVAILABLE/ }));

it("a file of 60 MB", () =>
  expectOneSpoiled(FILE, { kind: "huge", bytes: 60e6 }, { setAside: /UPSTREAM_TOO_LARGE/ }));

it("a web page in place of the file", () =>
  expectOneSpoiled(
    FILE,
    { kind: "body", body: "<html>Sign in</html>", contentType: "text/html" },
    { setAside: /UPSTREAM_INVALID: The file is/ },
  ));

it("invalid JSON", () =>
  expectOneSpoiled(
    FILE,
    { kind: "body", body: '{"hidden_size": 2' },
    { setAside: /UPSTREAM_INVALID: The file is/ },
  ));

it("bytes that no database can keep as text, in place of the file", () =>
  expectOneSpoiled(
    FILE,
    { kind: "body", body: Buffer.from("\0\x01\0ELF") },
    { setAside: /UPSTREAM_INVALID: The file is/ },
  ));

it("a card with a NUL and half of a surrogate pair costs these characters and nothing else", async () => {
  const bench = await openBench();
  await bench.run();
  bench.change(VICTIM, 16_384);
  bench.change(OTHER, 16_384);
  const { repo } = bench.hub.store.find(VICTIM)!;
  const cardData = { license: "other", license_name: "Tiny\0 \ud800Terms" };
  bench.hub.store.put({ ...repo, tags: ["a\0b"], cardData });
  expect(reportOf(await bench.run())).toMatchObject({ updated: 2, failed: 0 });
  const where = { huggingFaceId: VICTIM };
  const stored = await bench.db.query.models.findFirst({ where });
  expect(stored).toMatchObject({ contextLength: 16_384, licenseName: "Tiny\ufffd \ufffdTerms" });
});

it("a field that the schema lost", () =>
  expectOneSpoiled(
    FILE,
    { kind: "body", body: '{"hidden_size":256,"num_hidden_layers":4,"vocab_size":1000}' },
    { setAside: /model_type|architecture/i },
  ));

it("a field whose type changed", () =>
  expectOneSpoiled(
    FILE,
    {
      kind: "body",
      body: '{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":{"value":256}}',
    },
    { setAside: /./ },
  ));

it("a redirect to another host", () =>
  expectOneSpoiled(
    FILE,
    { kind: "status", status: 302, headers: { location: "http://elsewhere.example/config.json" } },
    { setAside: /UPSTREAM_INVALID: .*elsewhere\.example/ },
  ));

it("a redirect loop", () =>
  expectOneSpoiled(
    FILE,
    { kind: "status", status: 302, headers: { location: "/acme/Tiny-Dense/resolve/main/x" } },
    { setAside: /UPSTREAM_INVALID: .*redirects more than/ },
  ));

it("a model card that changed costs one look and no file", async () => {
  const bench = await openBench();
  await bench.run();
  const { repo } = bench.hub.store.find(VICTIM)!;
  const lastModified = new Date().toISOString();
  const files = { ...repo.files, "README.md": "New words." };
  bench.hub.store.put({ ...repo, lastModified, files });
  const before = bench.hub.requests.length;
  expect(reportOf(await bench.run())).toMatchObject({ updated: 0, failed: 0 });
  const asked = bench.hub.requests.slice(before).map(({ path }) => path);
  expect(asked.filter((path) => path.includes("paths-info"))).toHaveLength(1);
  expect(asked.filter((path) => path.includes("/resolve/"))).toHaveLength(0);
  expect(await bench.db.$count(models)).toBeGreaterThan(5);
});
