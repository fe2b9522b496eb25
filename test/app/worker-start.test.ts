/** A worker whose start meets a database that fails, and which is then started again. */
import postgres from "postgres";
import { expect, it, onTestFinished } from "vitest";
import { createQueueAccess } from "../../src/app/queue-access.ts";
import { startWorker } from "../../src/app/worker.ts";
import { readConfig } from "../../src/config.ts";
import { connect } from "../../src/db/client.ts";
import { models } from "../../src/db/tables.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";

const database = useTestDatabase();

it("plans, and reads the bundled data, at its next start in the same process", {
  timeout: 60_000,
}, async () => {
  const { url } = database;
  const config = readConfig({ HF_ENDPOINT: "http://127.0.0.1:9", DATABASE_URL: url });
  const connection = connect({ url });
  const queueAccess = createQueueAccess({ databaseUrl: url, redisUrl: null, log });
  const start = () => startWorker({ config, db: connection.db, queueAccess, log });
  const sql = postgres(url, { max: 1 });
  onTestFinished(async () => {
    await sql.end();
    await connection.close();
  });

  await sql`alter table sources rename to hidden`;
  await expect(start()).rejects.toThrow();
  await sql`alter table hidden rename to sources`;

  const worker = await start();
  onTestFinished(() => worker.close());
  expect(worker.next().map(({ title }) => title)).toContain("Hugging Face Hub");
  await worker.loadBundled();
  expect(await connection.db.$count(models)).toBeGreaterThan(200);
});
