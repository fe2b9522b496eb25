/** The catalog's own schema behind the server: fresh answers, the feed over the wire. */
import { expect, onTestFinished, test } from "vitest";
import { schema } from "../../src/schema/index.ts";
import { ask, get, subscribe } from "./ask.ts";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const COUNT = "{ catalogVersion models { totalCount } }";

test("a commit makes every old tag old at once", async () => {
  const first = await get(server.url, COUNT);
  const before = (await first.json()) as { data: { models: { totalCount: number } } };
  const tag = first.headers.get("etag");
  expect((await get(server.url, COUNT, tag)).status).toBe(304);
  await server.addModel("example/Fresh-1B");
  const second = await get(server.url, COUNT, tag);
  expect(second.status).toBe(200);
  const after = (await second.json()) as typeof before;
  expect(after.data.models.totalCount).toBe(before.data.models.totalCount + 1);
});

test("the state of sources moves without an event, so it is never confirmed", async () => {
  const response = await get(server.url, "{ sources { healthy } }");
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).toBeNull();
});

test("the types that move without an event are still called so", () => {
  for (const name of ["Source", "IngestRun"]) expect(schema.getType(name), name).toBeDefined();
});

test("a subscriber replays from a number, then sees what happens", async () => {
  const { body } = await ask(server.url, "{ catalogVersion }");
  const version = Number(body.data?.catalogVersion);
  const query = `subscription { catalogUpdated(after: ${version - 1}) { number modelSlug } }`;
  const { parts, leave } = await subscribe(server.url, query);
  onTestFinished(leave);
  const next = async () => (await parts.next()).value?.data?.data?.catalogUpdated;
  expect(await next()).toMatchObject({ number: version });
  await server.addModel("example/Live-1B");
  expect(await next()).toEqual({ number: version + 1, modelSlug: "live-1b" });
});

test("a number that the log has not reached is refused with a code", async () => {
  const { parts } = await subscribe(
    server.url,
    "subscription { catalogUpdated(after: 1e9) { number } }",
  );
  const { value } = await parts.next();
  expect(value?.data?.errors?.[0]?.extensions?.code).toMatch(/BAD_USER_INPUT|VALIDATION/);
});
