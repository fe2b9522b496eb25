/** What the Hugging Face source lists, over a local Hub: pages, organizations, and bad entries. */
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  contextWith,
  fixtureRepos,
  type HubServer,
  listAll,
  sourceAt,
  startHubServer,
} from "../helpers/hub-server/index.ts";

let hub: HubServer;
beforeEach(async () => {
  hub = await startHubServer({ repos: fixtureRepos() });
});
afterEach(() => hub.close());

const LISTED = [
  "acme/Broken-Config",
  "acme/Odd-Net",
  "acme/Tiny-Dense",
  "acme/Tiny-Dense-GGUF",
  "acme/Tiny-Dense-Instruct",
  "acme/Tiny-Dense-NVFP4",
  "acme/Tiny-Embedder",
  "acme/Tiny-Experts",
  "acme/Tiny-Gated",
  "acme/Tiny-Hybrid",
  "acme/Tiny-Latent",
  "acme/Tiny-Sliding",
  "bolt/Small-Chat",
  "bolt/Taken-Down",
];
const ids = (items: { externalId: string }[]) => items.map((item) => item.externalId).sort();

test("every organization is listed, and what is no language model is skipped with a reason", async () => {
  const page = await listAll(sourceAt(hub.url, { organizations: ["acme", "bolt"] }), contextWith());
  expect(ids(page.items)).toEqual(LISTED);
  expect(page.skipped).toEqual([
    expect.objectContaining({ externalId: "acme/Only-Notes", code: "NO_CONFIG" }),
    expect.objectContaining({ externalId: "acme/Painter", code: "NOT_A_LANGUAGE_MODEL" }),
  ]);
});

test("pages are followed through their links to the end, without repetition", async () => {
  const repos = Array.from({ length: 250 }, (_, index) => ({
    id: `many/model-${index}`,
    files: { "config.json": "{}" },
    downloads: index % 7,
  }));
  const many = await startHubServer({ repos, mostPerPage: 100 });
  const page = await listAll(sourceAt(many.url, { organizations: ["many"] }), contextWith());
  expect(new Set(ids(page.items)).size).toBe(250);
  expect(page.items).toHaveLength(250);
  expect(many.requests).toHaveLength(3);
  await many.close();
});

test("a listing stops at the limit of an organization, the most downloaded first", async () => {
  const source = sourceAt(hub.url, { organizations: ["acme", "bolt"], limitPerOrganization: 2 });
  const page = await listAll(source, contextWith());
  const expected = [
    "acme/Tiny-Dense",
    "acme/Tiny-Dense-Instruct",
    "bolt/Small-Chat",
    "bolt/Taken-Down",
  ];
  expect(ids(page.items)).toEqual(expected);
});

test("a listing that may be longer than a page goes by time of change, which nothing slips from", async () => {
  const sortAt = async (limitPerOrganization: number) => {
    const source = sourceAt(hub.url, { organizations: ["acme"], limitPerOrganization });
    await source.listPage(null, contextWith());
    return hub.requests.at(-1)?.query.get("sort");
  };
  expect(await sortAt(500)).toBe("downloads");
  expect(await sortAt(501)).toBe("lastModified");
});

test("links of a mirror that point at another host are followed on the mirror", async () => {
  const mirror = await startHubServer({
    repos: Array.from({ length: 150 }, (_, index) => ({
      id: `many/model-${index}`,
      files: { "config.json": "{}" },
    })),
    publicUrl: "https://hub.example",
    mostPerPage: 100,
  });
  const page = await listAll(sourceAt(`${mirror.url}/`), contextWith());
  expect(page.items).toHaveLength(150);
  await mirror.close();
});

test("an entry that cannot be read is skipped and named, and the others stay", async () => {
  const good = { id: "acme/Good", sha: "a".repeat(40), siblings: [{ rfilename: "config.json" }] };
  const page = [{ id: 7 }, { id: "../../etc/passwd" }, good, null];
  hub.fail("/api/models?", { kind: "body", body: JSON.stringify(page) });
  const listed = await listAll(sourceAt(hub.url), contextWith());
  expect(ids(listed.items)).toEqual(["acme/Good"]);
  expect(listed.skipped.map(({ externalId, code }) => [externalId, code])).toEqual([
    [null, "INVALID_ENTRY"],
    ["../../etc/passwd", "INVALID_ENTRY"],
    [null, "INVALID_ENTRY"],
  ]);
});

test("a field of a new type costs that field and nothing else", async () => {
  const entry = { id: "acme/Tiny-Dense", downloads: "many", likes: 3, pipeline_tag: null };
  hub.fail("/api/models?", { kind: "body", body: JSON.stringify([entry]) });
  const { items } = await listAll(sourceAt(hub.url), contextWith());
  expect(items[0]?.info).toMatchObject({ downloads: null, likes: 3, unreadable: ["downloads"] });
});

test("a page that comes again fails, and the listing with it", async () => {
  const headers = { link: `<${hub.url}/api/models?cursor=same>; rel="next"` };
  const body = JSON.stringify([{ id: "acme/Tiny-Dense" }]);
  hub.fail("/api/models?", { kind: "status", status: 200, headers, body });
  await expect(listAll(sourceAt(hub.url), contextWith())).rejects.toMatchObject({
    code: "UPSTREAM_INVALID",
    message: "The listing gives the page from acme/Tiny-Dense twice",
  });
  expect(hub.requests).toHaveLength(2);
});

test("with a date, listing is by change and stops at the first older model", async () => {
  const context = contextWith(undefined, { since: "2026-02-15T00:00:00.000Z" });
  const page = await listAll(sourceAt(hub.url, { organizations: ["acme", "bolt"] }), context);
  expect(ids(page.items)).toEqual(["bolt/Small-Chat", "bolt/Taken-Down"]);
});

test("trending models are listed beside the organizations", async () => {
  const source = sourceAt(hub.url, { organizations: ["bolt"], trending: 2 });
  const page = await listAll(source, contextWith());
  const expected = [
    "acme/Tiny-Dense",
    "acme/Tiny-Dense-Instruct",
    "bolt/Small-Chat",
    "bolt/Taken-Down",
  ];
  expect(ids(page.items)).toEqual(expected);
});

test("an organization that fails is one cursor that fails", async () => {
  hub.fail("author=bolt", { kind: "status", status: 500 });
  const source = sourceAt(hub.url, { organizations: ["acme", "bolt"] });
  const first = await source.listPage(null, contextWith());
  expect(first).toMatchObject({ items: [], next: [{}, {}].map(() => expect.any(String)) });
  const acme = await source.listPage(first.next[0] ?? null, contextWith());
  expect(acme.items.length).toBeGreaterThan(0);
  const failing = source.listPage(first.next[1] ?? null, contextWith());
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
});

test("a listing that is not JSON is an error that says what came instead", async () => {
  hub.fail("/api/models?", { kind: "body", body: "<html>", contentType: "text/html" });
  const failing = sourceAt(hub.url).listPage(null, contextWith());
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_INVALID", retryable: false });
  await expect(failing).rejects.toThrow("not JSON (text/html)");
});

test("without a network there is one clear error that can be tried again", async () => {
  await hub.close();
  const failing = sourceAt(hub.url, { token: "hf_secret" }).listPage(null, contextWith());
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
  await expect(failing).rejects.toThrow(`${hub.url}/api/models: the connection was refused`);
});

test("a token that the Hub refuses is a mistake of the configuration", async () => {
  const failing = sourceAt(hub.url, { token: "hf_wrong" }).listPage(null, contextWith());
  await expect(failing).rejects.toMatchObject({ code: "BAD_CONFIGURATION", retryable: false });
});
