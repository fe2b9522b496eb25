/** Reading Ollama's library: bytes of the weights alone, the digest as revision, no guessing of tags. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KnownRecord } from "../../../src/ingest/source.ts";
import { ollamaSource } from "../../../src/ingest/sources/ollama/index.ts";
import { LIBRARY_FILE, readLibrary } from "../../../src/ingest/sources/ollama/library.ts";
import { byName, contextWith, listAll } from "../../helpers/hub-server/index.ts";
import { type OllamaServer, startOllamaServer } from "../../helpers/upstreams/ollama-server.ts";

const gguf = { model_format: "gguf", model_type: "7B", file_type: "Q4_K_M" };
const library = {
  barge: {
    "harbour/Barge-7B": ["7b-q4_K_M", "7b-q8_0"],
    "harbour/Barge-70B": ["70b-q4_K_M"],
  },
  raft: { "harbour/Raft": ["1b-fp16"] },
};

let server: OllamaServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-ollama-"));
  await writeFile(join(folder, "ollama.json"), JSON.stringify(library));
  server = await startOllamaServer({
    "barge:7b-q4_K_M": {
      layers: [
        ["model", 4_920_738_944],
        ["projector", 624_000_000],
        ["template", 1481],
        ["license", 12_320],
      ],
      description: gguf,
    },
    "barge:70b-q4_K_M": { layers: [["model", 40_000_000_000]], description: gguf },
    "raft:1b-fp16": {
      layers: [
        ["tensor", 1_000_000_000],
        ["tensor", 500_000_000],
        ["json", 700],
      ],
      description: { model_format: "safetensors", file_type: "bf16" },
    },
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const source = () =>
  ollamaSource({
    endpoint: server.url,
    pauseMs: 0,
    library: pathToFileURL(join(folder, "ollama.json")),
  });

test("lists the table of tags, a page for each name", async () => {
  expect((await source().listPage(null, contextWith())).next).toEqual(["barge", "raft"]);
  const { items } = await listAll(source(), contextWith());
  expect(items.map(({ externalId }) => externalId).sort()).toEqual([
    "barge:70b-q4_K_M",
    "barge:7b-q4_K_M",
    "barge:7b-q8_0",
    "raft:1b-fp16",
  ]);
});

test("leaves out what the catalog does not have", async () => {
  const catalog = {
    spelling: async () => new Map([["harbour/Barge-7B", "harbour/Barge-7B"]]),
    closed: async () => [],
  };
  const page = await source().listPage("barge", contextWith(undefined, { catalog }));
  expect(page.items).toHaveLength(2);
  expect(page.skipped).toMatchObject([{ externalId: "barge:70b-q4_K_M", code: "NOT_IN_CATALOG" }]);
});

test("counts the weights to the byte, projectors and texts apart", async () => {
  const record = await source().read(byName("barge:7b-q4_K_M"), contextWith());
  expect(record).toMatchObject({
    outcome: "artifacts",
    revision: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    facts: { baseModel: "harbour/Barge-7B" },
    artifacts: [{ kind: "gguf", label: "Q4_K_M", files: 1, bytes: 4_920_738_944 }],
  });
});

test("sums builds of many tensor layers", async () => {
  const record = await source().read(byName("raft:1b-fp16"), contextWith());
  expect(record.artifacts).toMatchObject([
    { kind: "safetensors", label: "BF16", files: 2, bytes: 1_500_000_000 },
  ]);
});

test("a tag whose manifest is the same costs one request", async () => {
  const { revision } = await source().read(byName("barge:7b-q4_K_M"), contextWith());
  const known = new Map<string, KnownRecord>([["barge:7b-q4_K_M", { revision, files: {} }]]);
  server.requests.length = 0;
  const again = await source().read(byName("barge:7b-q4_K_M"), contextWith(known));
  expect(again.outcome).toBe("unchanged");
  expect(server.requests).toEqual(["/v2/library/barge/manifests/7b-q4_K_M"]);
});

test("a tag that moves to other weights has another revision", async () => {
  const before = await source().read(byName("barge:70b-q4_K_M"), contextWith());
  server.builds["barge:70b-q4_K_M"] = { layers: [["model", 41_000_000_000]], description: gguf };
  const after = await source().read(byName("barge:70b-q4_K_M"), contextWith());
  expect(after.revision).not.toBe(before.revision);
  expect(after.artifacts[0]?.bytes).toBe(41_000_000_000);
});

test("a tag that is gone is missing; one outside the table is never asked for", async () => {
  const gone = source().read(byName("barge:7b-q8_0"), contextWith());
  await expect(gone).rejects.toMatchObject({ code: "UPSTREAM_MISSING", retryable: false });
  server.requests.length = 0;
  const record = await source().read(byName("../../secret"), contextWith());
  expect(record).toMatchObject({ outcome: "refused", state: "missing" });
  expect(server.requests).toEqual([]);
});

test("a model that runs elsewhere has no weights to count", async () => {
  const builds = server.builds;
  builds["barge:7b-q8_0"] = {
    layers: [["model", 1]],
    description: { ...gguf, remote_host: "https://elsewhere.example" },
  };
  const record = await source().read(byName("barge:7b-q8_0"), contextWith());
  expect(record.outcome).toBe("refused");
  delete builds["barge:7b-q8_0"];
});

test("a blob that is not what its digest says is refused", async () => {
  server.fail("/store/", { kind: "body", body: JSON.stringify({ file_type: "Q8_0" }) }, 1);
  const reading = source().read(byName("barge:7b-q4_K_M"), contextWith());
  await expect(reading).rejects.toMatchObject({ code: "UPSTREAM_INVALID" });
});

test("requests keep their distance", async () => {
  const slow = ollamaSource({
    endpoint: server.url,
    pauseMs: 60,
    library: pathToFileURL(join(folder, "ollama.json")),
  });
  const started = performance.now();
  await Promise.all([
    slow.read(byName("barge:7b-q4_K_M"), contextWith()),
    slow.read(byName("barge:70b-q4_K_M"), contextWith()),
  ]);
  // Four requests, so three pauses; a timer may fire a little early.
  expect(performance.now() - started).toBeGreaterThan(3 * 60 - 10);
});

test("the bundled table names each tag once", async () => {
  const tags = await readLibrary(LIBRARY_FILE);
  expect(tags.length).toBeGreaterThan(100);
  expect(new Set(tags.map(({ id }) => id)).size).toBe(tags.length);
});
