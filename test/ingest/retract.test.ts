/** What people take out of their own files is taken back; what cannot be read just now is not. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { measurements, models } from "../../src/db/tables.ts";
import { createFlow } from "../../src/ingest/flow.ts";
import { openQueue } from "../../src/ingest/queue.ts";
import { runSource } from "../../src/ingest/runner.ts";
import type { Source } from "../../src/ingest/source.ts";
import { measurementsSource } from "../../src/ingest/sources/measurements.ts";
import { overridesSource } from "../../src/ingest/sources/overrides/index.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
const http = { request: () => Promise.reject(new Error("nothing is fetched")) };
let connection: Connection;
let folder: string;

beforeAll(() => {
  connection = connect({ url: database.url });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-retract-"));
  await writeRecords(connection.db, "hugging-face", [modelRecord("acme/a"), modelRecord("acme/b")]);
  return () => rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await connection?.close();
});

const write = (entries: unknown) =>
  writeFile(
    join(folder, "acme.json"),
    typeof entries === "string" ? entries : JSON.stringify(entries),
  );
const run = (source: Source) => {
  const { signal } = new AbortController();
  return runSource(source, { db: connection.db, http, log, signal });
};
const context = async (id: string) => {
  const found = await connection.db.select().from(models).where(eq(models.huggingFaceId, id));
  return found[0]?.contextLength;
};

const correction = {
  contextLength: { value: 1234, reason: "The upstream says something else, and is wrong." },
};

it("takes a correction back when it is taken out, and not before", async () => {
  const source = overridesSource(pathToFileURL(`${folder}/`));
  await write({ "acme/a": correction, "acme/b": correction });
  await run(source);
  expect([await context("acme/a"), await context("acme/b")]).toEqual([1234, 1234]);

  for (const broken of ["{", { "acme/a": correction, "acme/b": { contextLength: 7 } }, {}]) {
    await write(broken);
    await run(source);
    expect(await context("acme/b"), JSON.stringify(broken)).toBe(1234);
  }
  await write({ "acme/a": correction });
  await run(source);
  expect([await context("acme/a"), await context("acme/b")]).toEqual([1234, 8192]);
});

it("does so through the queue as well, with measurements", async () => {
  const source = measurementsSource(pathToFileURL(`${folder}/`));
  const queue = await openQueue({
    databaseUrl: database.url,
    redisUrl: null,
    log,
    name: "retract",
  });
  const sources = new Map([[source.id, source]]);
  queue.work(createFlow({ db: connection.db, http, log, sources }), () => {});
  const reading = { engine: "vllm", device: "H100", quant: "FP8", contextTokens: 1, origin: "us" };
  const entry = [{ ...reading, totalBytes: 2 ** 30 }];
  await write({ "acme/a": entry, "acme/b": entry });
  await queue.runNow(source.id);
  expect(await connection.db.$count(measurements)).toBe(2);
  await write({ "acme/a": entry });
  await queue.runNow(source.id);
  expect(await connection.db.$count(measurements)).toBe(1);
  await queue.close();
});

it("drops what is left of a run whose source was switched off", async () => {
  const queue = await openQueue({ databaseUrl: database.url, redisUrl: null, log, name: "off" });
  queue.work(createFlow({ db: connection.db, http, log, sources: new Map() }), () => {});
  await queue.runNow("switched-off");
  await queue.close();
  const runs = await connection.db.query.ingestRuns.findMany({
    where: { sourceId: "switched-off" },
  });
  expect(runs).toEqual([]);
});

it("names what waits for a model that the catalog lacks", async () => {
  const source = overridesSource(pathToFileURL(`${folder}/`));
  await write({ "acme/unknown": correction });
  const { skipped, reasons } = await run(source);
  expect(skipped).toBe(1);
  const example = "acme/unknown: kept until its model is there";
  expect(reasons).toEqual({ WAITS_FOR_MODEL: { count: 1, example } });
});
