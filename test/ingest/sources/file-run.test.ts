/** A file of one's own models as people write it, through a whole run into the catalog. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../../../src/db/client.ts";
import { runSource } from "../../../src/ingest/runner.ts";
import { fileSource } from "../../../src/ingest/sources/file/index.ts";
import { silentLog } from "../../../src/log.ts";
import { useTestDatabase } from "../../helpers/database.ts";
import { contextWith, fixtureRepos } from "../../helpers/hub-server/index.ts";

const database = useTestDatabase();
const repo = fixtureRepos().find(({ id }) => id === "acme/Tiny-Dense");
const config = JSON.parse(String(repo?.files["config.json"]));
let connection: Connection;
let folder: string;

beforeAll(async () => {
  connection = connect({ url: database.url });
  folder = await mkdtemp(join(tmpdir(), "plimsoll-own-"));
});
afterAll(async () => {
  await connection?.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(lines: string[], signal = new AbortController().signal) {
  const path = join(folder, "models.ndjson");
  await writeFile(path, lines.join("\n"));
  const { http } = contextWith();
  return runSource(fileSource(path), { db: connection.db, http, log: silentLog, signal });
}
const model = (huggingFaceId: string) =>
  connection.db.query.models.findFirst({ where: { huggingFaceId } });
const line = (id: string, description?: string) =>
  JSON.stringify({ id, config, ...(description && { facts: { description } }) });

it("takes the first line of each model, and names the others and those that are no good", async () => {
  const bad = ["{broken", '{"id":"us/Nothing"}'];
  const twice = [line("us/Barge", "first"), line("us/Barge", "second")];
  const report = await run([...bad, ...twice, line("us/Raft", "a\0b \ud800c")]);
  expect(report).toMatchObject({ status: "SUCCEEDED", created: 2, skipped: 3 });
  expect(report.reasons).toMatchObject({
    INVALID_ENTRY: { count: 2, example: expect.stringContaining("Line 1: ") },
    DUPLICATE_ENTRY: { count: 1, example: "us/Barge is listed twice; the first counts" },
  });
  expect(await model("us/Barge")).toMatchObject({ description: "first" });
  expect(await model("us/Raft")).toMatchObject({ description: "a\ufffdb \ufffdc" });
});

it("writes a long file in several transactions, each of which locks its models", async () => {
  const report = await run(Array.from({ length: 250 }, (_, index) => line(`us/Model-${index}`)));
  expect(report).toMatchObject({ status: "SUCCEEDED", listed: 250, created: 250 });
  const [row] = await connection.db.execute<{ count: string }>(
    sql`select count(distinct xmin::text) from models where slug like 'model-%'`,
  );
  expect(Number(row?.count)).toBe(3);
});

it("can be stopped in the middle of a long file", async () => {
  const stop = new AbortController();
  const ended = run(
    Array.from({ length: 500 }, (_, index) => line(`us/Late-${index}`)),
    stop.signal,
  );
  await expect.poll(() => model("us/Late-0"), { timeout: 10_000 }).toBeDefined();
  stop.abort();
  expect(await ended).toMatchObject({ stopped: true, status: "FAILED" });
  expect(await model("us/Late-499")).toBeUndefined();
});
