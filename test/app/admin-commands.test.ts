/** What an administrator asks for reaches the queue or the catalog, or is refused with a reason. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCommands } from "../../src/app/commands.ts";
import { createQueueAccess, type QueueAccess } from "../../src/app/queue-access.ts";
import { readConfig } from "../../src/config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { measurements } from "../../src/db/tables.ts";
import { openQueue } from "../../src/ingest/queue.ts";
import { silentLog } from "../../src/log.ts";
import type { Commands } from "../../src/schema/context.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;
let queue: QueueAccess;
let commands: Commands;

beforeAll(() => {
  connection = connect({ url: database.url });
  const config = readConfig({ SOURCES: "hugging-face,models-dev" });
  const { db } = connection;
  queue = createQueueAccess({ databaseUrl: database.url, redisUrl: null, log: silentLog });
  commands = createCommands({ config, db, queue });
});
afterAll(async () => {
  await queue?.close();
  await connection?.close();
});

it("asks for a model and for a source once, however often it is told to", async () => {
  expect(await commands.syncModel("acme/wanted")).toBe("QUEUED");
  expect(await commands.syncModel("acme/wanted")).toBe("WAITING");
  expect(await commands.syncModel("acme/other")).toBe("QUEUED");
  expect(await commands.syncSource("models-dev")).toBe("QUEUED");
  expect(await commands.syncSource("models-dev")).toBe("WAITING");

  const done: string[] = [];
  const queue = await openQueue({ databaseUrl: database.url, redisUrl: null, log: silentLog });
  queue.work(
    {
      begin: async (_id, sourceId) => {
        done.push(sourceId);
        return null;
      },
      sync: async ({ externalId }) => void done.push(externalId),
      work: async () => ({ result: null, more: [] }),
      settle: async () => ({ more: [], failure: null, incomplete: null }),
    },
    () => {},
  );
  await expect.poll(() => done.length, { timeout: 10_000 }).toBe(3);
  await queue.close();
  expect(done.toSorted()).toEqual(["acme/other", "acme/wanted", "models-dev"]);
});

it("refuses what it does not know, by name", async () => {
  const reject = (asked: Promise<unknown>, reason: RegExp) =>
    expect(asked).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringMatching(reason),
    });
  await reject(commands.syncSource("hugging"), /"hugging".*hugging-face/);
  await reject(commands.syncSource("ollama"), /"ollama"/);
  await reject(commands.syncModel("../../etc/passwd"), /passwd/);
  const unknown = { sourceId: "hugging-face", externalId: "acme/unknown" };
  await reject(commands.quarantine(unknown, "why"), /acme\/unknown/);
  await reject(commands.release(unknown), /acme\/unknown/);
  await reject(commands.release({ ...unknown, externalId: "acme/\0" }), /acme/);
  await reject(commands.quarantine(unknown, "  "), /1 to 500/);
});

it("keeps a measurement once, and refuses one that cannot be right by the name of its field", async () => {
  await writeRecords(connection.db, "hugging-face", [modelRecord("acme/Measured")]);
  const reading = {
    engine: "llama.cpp",
    device: "RTX 4090",
    quant: "Q4_K_M",
    contextTokens: 4096,
    totalBytes: 5_000_000_000,
    url: "https://forum.example/1",
    note: null,
  };
  expect(await commands.addMeasurement("ACME/measured", reading)).toBe(true);
  expect(await commands.addMeasurement("acme/Measured", reading)).toBe(false);
  const [row] = await connection.db.select().from(measurements);
  expect(row).toMatchObject({ ...reading, huggingFaceId: "acme/Measured", sequences: 1 });

  const refuses = (changes: object, reason: RegExp, id = "acme/Measured") =>
    expect(commands.addMeasurement(id, { ...reading, ...changes })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringMatching(reason),
    });
  await refuses({ totalBytes: 5.6 }, /totalBytes/);
  await refuses({ totalBytes: 5 }, /totalBytes/);
  await refuses({ contextTokens: 0 }, /contextTokens/);
  await refuses({ cacheTypeK: "q9_9" }, /cacheTypeK.*q8_0/);
  await refuses({ measuredOn: "2999-01-01" }, /measuredOn: must not be in the future/);
  await refuses({ url: "javascript:alert(1)" }, /url/);
  await refuses({ url: null }, /needs a url, or an origin/);
  await refuses({}, /acme\/Nowhere/, "acme/Nowhere");
  await refuses({}, /acme/, "acme/\0");
});

it("sets a record aside and releases it", async () => {
  const record = { sourceId: "hugging-face", externalId: "acme/model" };
  await writeRecords(connection.db, record.sourceId, [modelRecord(record.externalId)]);
  await commands.quarantine(record, "wrong\0 shape");
  await commands.release(record);
  expect(await commands.syncModel(record.externalId)).toBe("WAITING");
});
