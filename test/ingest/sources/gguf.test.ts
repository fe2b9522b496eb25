/** Published quantizations: exact bytes of complete sets, headers where names do not tell, little else. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { KnownRecord, SourceRecord } from "../../../src/ingest/source.ts";
import { type GgufOptions, ggufSource } from "../../../src/ingest/sources/gguf/index.ts";
import { ggufFile } from "../../helpers/gguf-file.ts";
import {
  byName,
  contextWith,
  type HubRepo,
  type HubServer,
  listAll,
  startHubServer,
} from "../../helpers/hub-server/index.ts";

const Q4_K = 12;
const Q6_K = 14;
const F32 = 0;

const header = (fileType: number) =>
  ggufFile({ "general.architecture": "llama", "general.file_type": fileType }, [
    { name: "token_embd.weight", shape: [512, 1000], type: Q6_K },
    { name: "blk.0.attn_q.weight", shape: [512, 512], type: Q4_K },
    { name: "blk.0.attn_norm.weight", shape: [512], type: F32 },
  ]);
const second = ggufFile({}, [{ name: "blk.1.attn_q.weight", shape: [512, 512], type: Q4_K }]);
const WEIGHTS = 512 * 1000 + 512 * 512 + 512;

const barge: HubRepo = {
  id: "quantizer/Barge-GGUF",
  downloads: 10,
  pipelineTag: "text-generation",
  tags: ["gguf", "base_model:quantized:harbour/Barge"],
  gguf: { total: 999, architecture: "llama" },
  largeFiles: {
    "Barge-Q4_K_M.gguf": 4_000_000,
    "Q8_0/Barge-Q8_0-00001-of-00002.gguf": 5_000_000,
    "Q8_0/Barge-Q8_0-00002-of-00002.gguf": 3_000_000,
    "Q6_K/Barge-Q6_K-00001-of-00003.gguf": 1_000_000,
    "mmproj-F16.gguf": 70_000,
    "Barge.imatrix.gguf": 5_000,
  },
  files: {
    "README.md": "# Barge",
    "Barge-UD-Q4_K_XL.gguf": header(15),
    "Q4_K_L/Barge-Q4_K_L-00001-of-00002.gguf": header(15),
    "Q4_K_L/Barge-Q4_K_L-00002-of-00002.gguf": second,
  },
};
const others: HubRepo[] = [
  { ...barge, id: "quantizer/Stranger-GGUF", tags: ["gguf", "base_model:quantized:else/Where"] },
  { ...barge, id: "quantizer/Nameless", tags: ["gguf"] },
  { ...barge, id: "quantizer/Not-Tagged", tags: [] },
  { ...barge, id: "else/Barge-GGUF" },
];

let hub: HubServer;
beforeEach(async () => {
  hub = await startHubServer({ repos: [barge, ...others] });
});
afterEach(() => hub.close());

const source = (changes: Partial<GgufOptions> = {}) =>
  ggufSource({
    endpoint: hub.url,
    token: null,
    owners: ["quantizer"],
    limitPerOwner: 100,
    headerBytesPerRun: 1e9,
    ...changes,
  });
const read = (known?: Map<string, KnownRecord>, changes: Partial<GgufOptions> = {}) =>
  source(changes).read(byName(barge.id), contextWith(known));
const remember = ({ externalId, revision, files }: SourceRecord) =>
  new Map([[externalId, { revision, files }]]);
const labelled = ({ artifacts }: SourceRecord, label: string | null) =>
  artifacts.find((artifact) => artifact.label === label);
/** Everything but the listing of the model itself. */
const costs = () =>
  hub.requests.filter(({ query }) => !query.has("expand")).map(({ path }) => path);

test("lists the tagged repositories of the chosen owners", async () => {
  const { items } = await listAll(source(), contextWith());
  expect(items.map(({ externalId }) => externalId).sort()).toEqual([
    "quantizer/Barge-GGUF",
    "quantizer/Nameless",
    "quantizer/Stranger-GGUF",
  ]);
});

test("leaves out repositories of models that the catalog does not have", async () => {
  const catalog = {
    spelling: async () => new Map([["harbour/Barge", "Harbour/barge"]]),
    closed: async () => [],
  };
  const context = contextWith(undefined, { catalog });
  const { items, skipped } = await listAll(source(), context);
  expect(items.map(({ externalId }) => externalId)).toEqual(["quantizer/Barge-GGUF"]);
  expect(skipped).toMatchObject([{ code: "NOT_IN_CATALOG" }, { code: "NOT_IN_CATALOG" }]);
  const record = await source().read(items[0]!, context);
  expect(record.facts.baseModel).toBe("Harbour/barge");
});

test("sums all shards, sets projectors and matrices apart, refuses incomplete sets", async () => {
  const record = await read();
  expect(record).toMatchObject({ outcome: "artifacts", facts: { baseModel: "harbour/Barge" } });
  expect(labelled(record, "Q4_K_M")).toMatchObject({ files: 1, bytes: 4_000_000, parameters: 999 });
  expect(labelled(record, "Q8_0")).toMatchObject({ files: 2, bytes: 8_000_000 });
  expect(record.artifacts.map(({ label }) => label).sort()).toEqual([
    "Q4_K_L",
    "Q4_K_M",
    "Q8_0",
    "UD-Q4_K_XL",
  ]);
  expect(record.issues).toMatchObject([{ code: "INCOMPLETE_ARTIFACT" }]);
});

test("reads the header where the name is not a standard one, of every shard", async () => {
  const record = await read();
  expect(labelled(record, "UD-Q4_K_XL")).toMatchObject({
    bytes: header(15).length,
    parameters: WEIGHTS,
    types: { Q6_K: 512_000, Q4_K: 262_144, F32: 512 },
  });
  expect(labelled(record, "Q4_K_L")).toMatchObject({
    files: 2,
    parameters: WEIGHTS + 262_144,
    types: { Q4_K: 524_288 },
  });
  expect(labelled(record, "Q4_K_M")).not.toHaveProperty("types");
  expect(costs().filter((path) => path.includes("/resolve/"))).toHaveLength(3);
});

test("a file without a quantization in its name is called what its header says", async () => {
  hub.store.put({ ...barge, largeFiles: {}, files: { "barge.gguf": header(18) } });
  expect((await read()).artifacts).toMatchObject([{ label: "Q6_K", parameters: WEIGHTS }]);
});

test("the same revision costs no request, a commit to the card one and no header", async () => {
  const first = await read();
  const { items } = await listAll(source(), contextWith());
  hub.requests.length = 0;
  const item = items.find(({ externalId }) => externalId === barge.id)!;
  const same = await source().read(item, contextWith(remember(first)));
  expect(same).toMatchObject({ outcome: "unchanged", facts: {} });
  expect(hub.requests).toEqual([]);

  hub.store.put({ ...barge, files: { ...barge.files, "README.md": "# New words" } });
  const again = await read(remember(first));
  expect(again).toMatchObject({ outcome: "unchanged", files: first.files });
  expect(costs()).toHaveLength(1);
});

test("a new file is read with the others", async () => {
  const first = await read();
  const { files, largeFiles } = barge;
  hub.store.put({ ...barge, files, largeFiles: { ...largeFiles, "Barge-Q2_K.gguf": 2_000_000 } });
  const again = await read(remember(first));
  expect(again.outcome).toBe("artifacts");
  expect(labelled(again, "Q2_K")?.bytes).toBe(2_000_000);
});

test("headers beyond the budget of a run wait for the next", async () => {
  const sparing = source({ headerBytesPerRun: 1 });
  const repeat = { ...barge, id: "quantizer/Barge-2-GGUF" };
  hub.store.put(repeat);
  await sparing.read(byName(barge.id), contextWith());
  const waiting = await sparing.read(byName(repeat.id), contextWith());
  expect(labelled(waiting, "UD-Q4_K_XL")).toMatchObject({ parameters: 999 });
  expect(labelled(waiting, "UD-Q4_K_XL")).not.toHaveProperty("types");

  await sparing.listPage(null, contextWith());
  const next = await sparing.read(byName(repeat.id), contextWith(remember(waiting)));
  expect(labelled(next, "UD-Q4_K_XL")).toMatchObject({ parameters: WEIGHTS });
});

test("with a budget of nothing no header is ever asked for", async () => {
  const first = await read(undefined, { headerBytesPerRun: 0 });
  expect(costs()).toHaveLength(1);
  const again = await read(remember(first), { headerBytesPerRun: 0 });
  expect(again.outcome).toBe("unchanged");
});

test.each([
  ["no GGUF", Buffer.from("<html>")],
  ["cut short", header(15).subarray(0, 90)],
  ["of impossible sizes", ggufFile({}, [{ name: "a", shape: [2 ** 32, 2 ** 32], type: 0 }])],
])("a header that is %s is named and hides no other file", async (_, content) => {
  hub.store.put({ ...barge, files: { ...barge.files, "Barge-UD-Q4_K_XL.gguf": content } });
  const record = await read();
  expect(record.issues.map(({ code }) => code).sort()).toEqual([
    "INCOMPLETE_ARTIFACT",
    "UNREADABLE_HEADER",
  ]);
  expect(labelled(record, "UD-Q4_K_XL")).toMatchObject({ bytes: content.length, parameters: 999 });
  expect(labelled(record, "Q4_K_L")?.types).toBeDefined();
});

test("a server that ignores ranges is cut off", async () => {
  hub.fail("UD-Q4_K_XL", { kind: "huge", bytes: 1e9 });
  const record = await read();
  expect(record.issues.map(({ code }) => code)).toContain("UNREADABLE_HEADER");
});

test("a server that fails is no verdict on the file", async () => {
  hub.fail("/resolve/", { kind: "status", status: 503 });
  await expect(read()).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
});

test("repositories that are gone, renamed or name no model are refused with the reason", async () => {
  const named = (id: string) => source().read(byName(id), contextWith());
  expect(await named("quantizer/Nowhere")).toMatchObject({ outcome: "refused", state: "missing" });
  expect(await named("../../secret")).toMatchObject({ outcome: "refused", state: "missing" });
  expect(await named("quantizer/Nameless")).toMatchObject({ issues: [{ code: "NO_BASE_MODEL" }] });
  hub.store.remove(barge.id);
  hub.store.put({ ...barge, id: "quantizer/Barge-2-GGUF", formerIds: [barge.id] });
  expect(await named(barge.id)).toMatchObject({
    state: "renamed",
    renamedTo: "quantizer/Barge-2-GGUF",
  });
});
