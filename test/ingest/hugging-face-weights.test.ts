/** Parameter totals from the headers of weight files, where the listing has none or a wrong one. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SourceRecord } from "../../src/ingest/source.ts";
import {
  contextWith,
  fixtureRepos,
  type HubRepo,
  type HubServer,
  listAll,
  sourceAt,
  startHubServer,
} from "../helpers/hub-server/index.ts";

const dense = fixtureRepos().find(({ id }) => id === "acme/Tiny-Dense")!;
const PARAMETERS = 2_742_528;

let hub: HubServer;
beforeEach(async () => {
  hub = await startHubServer({ repos: [] });
});
afterEach(() => hub.close());

/** A weight file of one BF16 vector; its data are as long as its header says. */
function weights(elements: number): Buffer {
  const tensor = { dtype: "BF16", shape: [elements], data_offsets: [0, 2 * elements] };
  return withHeader(Buffer.from(JSON.stringify({ w: tensor })), 2 * elements);
}

function withHeader(header: Buffer, dataBytes: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(dataBytes)]);
}

function repository(files: HubRepo["files"], more: Partial<HubRepo> = {}): HubRepo {
  const { safetensors: _, largeFiles: __, ...bare } = dense;
  return { ...bare, files: { "config.json": dense.files["config.json"]!, ...files }, ...more };
}

async function readOnly(repo: HubRepo): Promise<SourceRecord> {
  hub.store.put(repo);
  const source = sourceAt(hub.url);
  const { items } = await listAll(source, contextWith());
  hub.requests.length = 0;
  return source.read(items[0]!, contextWith());
}

const origin = (record: SourceRecord) => record.origins.statedParameters;
const weightRequests = () => hub.requests.filter(({ path }) => path.includes("safetensors"));

test("a listing without a total is completed from one file's header, read by range", async () => {
  const record = await readOnly(repository({ "model.safetensors": weights(PARAMETERS) }));
  expect(record.facts.statedParameters).toBe(PARAMETERS);
  expect(origin(record)).toMatchObject({ file: "*.safetensors", basis: "stated" });
  expect(record.issues).toEqual([]);
  expect(weightRequests().map(({ status }) => status)).toEqual([206, 206, 206]);
});

test("the headers of all parts that an index names are summed", async () => {
  const parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const index = { metadata: {}, weight_map: { a: parts[0], b: parts[1] } };
  const record = await readOnly(
    repository({
      "model.safetensors.index.json": JSON.stringify(index),
      [parts[0]!]: weights(PARAMETERS - 1000),
      [parts[1]!]: weights(1000),
    }),
  );
  expect(record.facts.statedParameters).toBe(PARAMETERS);
});

test("a listing that contradicts the architecture is checked against the headers", async () => {
  const wrong = { parameters: { BF16: 9_000_000 }, total: 9_000_000 };
  const files = { "model.safetensors": weights(PARAMETERS) };
  const record = await readOnly(repository(files, { safetensors: wrong }));
  expect(record.facts.statedParameters).toBe(PARAMETERS);
  expect(record.issues).toEqual([]);
});

test("headers that contradict the architecture too are flagged with both figures", async () => {
  const record = await readOnly(repository({ "model.safetensors": weights(5_000_000) }));
  expect(record.issues).toMatchObject([
    { code: "PARAMETER_MISMATCH", message: expect.stringMatching(/5000000 .*2742528/) },
  ]);
});

test("a listing that agrees costs no request for weights", async () => {
  const agreed = { parameters: { BF16: PARAMETERS }, total: PARAMETERS };
  const files = { "model.safetensors": weights(PARAMETERS) };
  await readOnly(repository(files, { safetensors: agreed }));
  expect(weightRequests()).toEqual([]);
});

test.each([
  ["no JSON", withHeader(Buffer.from("{{{{{{{{"), 0)],
  [
    "a length of 10^15",
    Buffer.concat([Buffer.from([0, 0, 0x5a, 0xf3, 0, 0, 3, 0]), Buffer.alloc(64)]),
  ],
  ["cut off", Buffer.from([1, 2, 3])],
  [
    "a tensor beyond the file",
    withHeader(
      Buffer.from(
        '{"w":{"dtype":"BF16","shape":[1000000000000],"data_offsets":[0,2000000000000]}}',
      ),
      8,
    ),
  ],
])("a header that is %s leaves the total unknown", async (_what, content) => {
  const record = await readOnly(repository({ "model.safetensors": content }));
  expect(record.outcome).toBe("model");
  expect(record.facts.statedParameters ?? null).toBeNull();
});

test("an index that names files elsewhere is not followed", async () => {
  const index = { metadata: {}, weight_map: { a: "../../other/model.safetensors" } };
  const files = {
    "model.safetensors.index.json": JSON.stringify(index),
    "model-00001-of-00001.safetensors": weights(8),
  };
  const record = await readOnly(repository(files));
  expect(record.facts.statedParameters ?? null).toBeNull();
  expect(hub.requests.every(({ path }) => !path.includes("other"))).toBe(true);
});

test.each([
  ["of 60 MB", { kind: "huge" as const, bytes: 60e6 }],
  ["that is a web page", { kind: "body" as const, body: "<html>", contentType: "text/html" }],
  ["behind a gate", { kind: "status" as const, status: 403 }],
  [
    "on another host",
    { kind: "status" as const, status: 302, headers: { location: "http://elsewhere.example/" } },
  ],
])("an index %s costs the total and not the model", async (_what, fault) => {
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const parts = Object.fromEntries(names.map((name) => [name, weights(8)]));
  hub.fail("index.json", fault);
  const record = await readOnly(repository({ "model.safetensors.index.json": "{}", ...parts }));
  expect(record.outcome).toBe("model");
  expect(record.facts.contextLength).toBe(8192);
  expect(record.facts.statedParameters ?? null).toBeNull();
});

test("params.json describes a model that has no config.json", async () => {
  const params = {
    dim: 64,
    n_layers: 2,
    n_heads: 4,
    n_kv_heads: 2,
    hidden_dim: 128,
    vocab_size: 256,
  };
  const repo = repository({ "params.json": JSON.stringify(params) });
  delete repo.files["config.json"];
  const record = await readOnly(repo);
  expect(record).toMatchObject({ outcome: "model", facts: { layers: 2, kvHeads: 2 } });
});
