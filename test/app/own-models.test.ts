/** The operator's own models in a running worker: read at start, and again when they change. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createQueueAccess } from "../../src/app/queue-access.ts";
import { type RunningWorker, startWorker } from "../../src/app/worker.ts";
import { readConfig } from "../../src/config.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";

const database = useTestDatabase();
let connection: Connection;
let worker: RunningWorker;
let folder: string;

const line = (id: string, layers: number) => {
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: 256,
    intermediate_size: 512,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 1000,
    max_position_embeddings: 4096,
  };
  return JSON.stringify({ id, config });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-own-"));
  const path = join(folder, "models.ndjson");
  await writeFile(path, line("us/Barge", 4));
  connection = connect({ url: database.url });
  const config = readConfig({ SOURCES: "file", FILE_MODELS: path, DATABASE_URL: database.url });
  const { db } = connection;
  const queueAccess = createQueueAccess({
    databaseUrl: database.url,
    redisUrl: null,
    log: silentLog,
  });
  worker = await startWorker({ config, db, queueAccess, log: silentLog });
});
afterAll(async () => {
  await worker?.close();
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

const layersOf = async (huggingFaceId: string) =>
  (await connection.db.query.models.findFirst({ where: { huggingFaceId } }))?.layers;

it("puts them into the catalog at start and follows their changes", async () => {
  await expect.poll(() => layersOf("us/Barge"), { timeout: 10_000 }).toBe(4);
  const changed = [line("us/Barge", 6), line("us/Raft", 2)].join("\n");
  await writeFile(join(folder, "models.ndjson"), changed);
  await expect.poll(() => layersOf("us/Barge"), { timeout: 10_000 }).toBe(6);
  expect(await layersOf("us/Raft")).toBe(2);
});
