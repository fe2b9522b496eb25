/** The operator's own models: a folder or a file of lines, bounded, and read again when they change. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fileSource } from "../../../src/ingest/sources/file/index.ts";
import { watchModels } from "../../../src/ingest/sources/file/watch.ts";
import { byName, contextWith, listAll } from "../../helpers/hub-server/index.ts";

const config = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 1000,
  max_position_embeddings: 4096,
};
const facts = { name: "Our Barge", license: "LicenseRef-internal", releasedOn: "2026-01-02" };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "plimsoll-own-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: unknown): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), Buffer.isBuffer(content) ? content : JSON.stringify(content));
}

describe("a folder of models", () => {
  const source = () => fileSource(join(root, "models"));
  const read = (id: string, known = contextWith()) => source().read(byName(id), known);

  beforeEach(async () => {
    await put("models/us/Barge/config.json", config);
    await put("models/us/Barge/plimsoll.json", facts);
    await put("models/us/Barge/barge-Q4_K_M.gguf", Buffer.alloc(3000));
    await put("models/us/Barge/mmproj-F16.gguf", Buffer.alloc(10));
    await put("models/us/Broken/config.json", Buffer.from("{"));
    await put("models/us/Odd/config.json", config);
    await put("models/us/Odd/plimsoll.json", { layers: 12 });
    await put("models/us/No-Config/notes.txt", "hello");
    await put("models/.cache/thing/config.json", config);
  });

  test("lists owner/name, and an owner is a page", async () => {
    const { next } = await source().listPage(null, contextWith());
    expect(next).toContain("us");
    const { items } = await listAll(source(), contextWith());
    expect(items.map(({ externalId }) => externalId)).toEqual([
      "us/Barge",
      "us/Broken",
      "us/No-Config",
      "us/Odd",
    ]);
    expect((await source().listPage("..", contextWith())).items).toEqual([]);
  });

  test("reads config, own facts and the sizes of the weights beside them", async () => {
    const record = await read("us/Barge");
    expect(record).toMatchObject({
      outcome: "model",
      facts: { ...facts, layers: 4, kvHeads: 2, contextLength: 4096 },
      origins: { license: { file: "plimsoll.json", key: "license", basis: "curated" } },
    });
    expect(record.artifacts).toMatchObject([{ label: "Q4_K_M", bytes: 3000, files: 1 }]);
  });

  test("the same content is unchanged, other content is not", async () => {
    const { revision } = await read("us/Barge");
    const known = new Map([["us/Barge", { revision, files: {} }]]);
    expect((await read("us/Barge", contextWith(known))).outcome).toBe("unchanged");
    await put("models/us/Barge/plimsoll.json", { ...facts, license: "MIT" });
    const again = await read("us/Barge", contextWith(known));
    expect(again).toMatchObject({ outcome: "model", facts: { license: "MIT" } });
  });

  test("a file that is no good is an error that names it", async () => {
    await expect(read("us/Broken")).rejects.toMatchObject({
      code: "UPSTREAM_INVALID",
      message: expect.stringContaining("config.json"),
    });
    await expect(read("us/Odd")).rejects.toThrow(/facts.*layers/s);
  });

  test("what has no config, and what lies outside the folder, is missing", async () => {
    await put("secret/config.json", config);
    for (const id of ["us/No-Config", "us/Nowhere", "../secret", "us/../../secret"]) {
      expect(await read(id)).toMatchObject({ outcome: "refused", state: "missing" });
    }
  });
});

describe("a file of lines", () => {
  const path = () => join(root, "models.ndjson");
  const lines = [
    JSON.stringify({ id: "us/Barge", config, facts }),
    "",
    "{",
    JSON.stringify({ id: "no owner", config }),
    JSON.stringify({ id: "us/Raft", config, files: [{ path: "raft-Q8_0.gguf", bytes: 7 }] }),
  ];

  test("reads each line, and skips one that is no good by its number", async () => {
    await writeFile(path(), lines.join("\n"));
    const source = fileSource(path());
    const page = await source.listPage(null, contextWith());
    expect(page.items.map(({ externalId }) => externalId)).toEqual(["us/Barge", "us/Raft"]);
    expect(page.skipped.map(({ reason }) => reason.slice(0, 7))).toEqual(["Line 3:", "Line 4:"]);
    const listed = await source.read(page.items[0]!, contextWith());
    expect(listed).toMatchObject({ outcome: "model", facts: { name: "Our Barge", layers: 4 } });
    const named = await source.read(byName("us/Raft"), contextWith());
    expect(named.artifacts).toMatchObject([{ label: "Q8_0", bytes: 7 }]);
  });

  test("a line without end is not read to its end", async () => {
    await writeFile(path(), `{"id": "${"x".repeat(9 * 1024 * 1024)}"}`);
    await expect(fileSource(path()).listPage(null, contextWith())).rejects.toMatchObject({
      code: "UPSTREAM_INVALID",
    });
  });
});

test("a path that is not there can be tried again later", async () => {
  const listing = fileSource(join(root, "nowhere")).listPage(null, contextWith());
  await expect(listing).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
});

test("a burst of changes below a watched folder is told once", async () => {
  await put("watched/us/Barge/config.json", config);
  const told = vi.fn();
  const failed = vi.fn();
  const watch = watchModels(join(root, "watched"), told, failed);
  try {
    for (let n = 0; n < 5; n++) await put("watched/us/Barge/config.json", { ...config, n });
    await expect.poll(() => told.mock.calls.length, { timeout: 5000 }).toBe(1);
    await put("watched/us/Raft/config.json", config);
    await expect.poll(() => told.mock.calls.length, { timeout: 5000 }).toBe(2);
  } finally {
    watch.close();
  }
  expect(failed).not.toHaveBeenCalled();
});

test("a path that cannot be watched is told", () => {
  const failed = vi.fn();
  watchModels(join(root, "nowhere"), vi.fn(), failed).close();
  expect(failed).toHaveBeenCalledOnce();
});
