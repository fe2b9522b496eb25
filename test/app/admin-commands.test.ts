/** What an administrator asks for reaches the queue or the catalog, or is refused with a reason. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCommands } from "../../src/app/commands.ts";
import { createQueueAccess, type QueueAccess } from "../../src/app/queue-access.ts";
import { readConfig } from "../../src/config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
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
  await reject(commands.quarantine(unknown, "  "), /1 to 500/);
});

it("sets a record aside and releases it", async () => {
  const record = { sourceId: "hugging-face", externalId: "acme/model" };
  await writeRecords(connection.db, record.sourceId, [modelRecord(record.externalId)]);
  await commands.quarantine(record, "wrong shape");
  await commands.release(record);
  expect(await commands.syncModel(record.externalId)).toBe("WAITING");
});
