/** The Hub's webhooks ask for what is read anyway, once for each revision, and for nothing else. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createIncomingWebhooks } from "../../src/app/incoming-webhooks.ts";
import { createQueueAccess, type QueueAccess } from "../../src/app/queue-access.ts";
import { readConfig } from "../../src/config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
const [old, now] = ["a".repeat(40), "b".repeat(40)];
let connection: Connection;
let queue: QueueAccess;

beforeAll(() => {
  connection = connect({ url: database.url });
  queue = createQueueAccess({ databaseUrl: database.url, redisUrl: null, log: silentLog });
});
afterAll(async () => {
  await queue?.close();
  await connection?.close();
});

const open = (variables: Record<string, string>) =>
  createIncomingWebhooks({ config: readConfig(variables), db: connection.db, queue });

it("queues a hint once for each revision of a model that is read, and ignores others", async () => {
  const [hub] = open({ HF_WEBHOOK_SECRET: "a-secret-of-the-house" });
  expect(hub).toMatchObject({ path: "/webhooks/hugging-face", secret: "a-secret-of-the-house" });
  const call = (name: string, newSha: string) =>
    hub?.accept({
      event: { action: "update", scope: "repo.content" },
      repo: { type: "model", name, headSha: newSha },
      updatedRefs: [{ ref: "refs/heads/main", oldSha: old, newSha }],
    });
  expect(await call("Qwen/Qwen-New", old)).toBe("QUEUED");
  expect(await call("Qwen/Qwen-New", old)).toBe("WAITING");
  expect(await call("Qwen/Qwen-New", now)).toBe("QUEUED");
  expect(await call("nobody-we-read/Model", now)).toBe("IGNORED");
  await writeRecords(connection.db, "hugging-face", [modelRecord("somebody/In-Catalog")]);
  expect(await call("somebody/In-Catalog", now)).toBe("QUEUED");
  expect(await hub?.accept({ event: "something else" })).toBe("IGNORED");
});

it("has no door without a secret, or where the Hub is not read", () => {
  expect(open({})).toEqual([]);
  expect(open({ HF_WEBHOOK_SECRET: "a-secret-of-the-house", SOURCES: "ollama" })).toEqual([]);
});
