/** The bundled snapshot as it is written: what upstreams say, and nothing that people wrote beside it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { parseSnapshot } from "../../src/ingest/sources/snapshot-file.ts";
import { writeSnapshot } from "../../src/ingest/write-snapshot.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;
let folder: string;

beforeAll(async () => {
  connection = connect({ url: database.url });
  folder = await mkdtemp(join(tmpdir(), "plimsoll-snapshot-"));
});
afterAll(async () => {
  await connection?.close();
  await rm(folder, { recursive: true, force: true });
});

async function written() {
  const path = join(folder, "snapshot.ndjson");
  const { changed } = await writeSnapshot(connection.db, { path });
  return { changed, lines: parseSnapshot(await readFile(path, "utf8")) };
}

it("keeps what the upstream says where people correct it, and leaves out their own models", async () => {
  const { db } = connection;
  const notes = { outcome: "notes", facts: { contextLength: 1234, name: "By hand" } } as const;
  await writeRecords(db, "hugging-face", [modelRecord("acme/a", { revision: "f".repeat(40) })]);
  await writeRecords(db, "overrides", [modelRecord("acme/a", notes)]);
  await writeRecords(db, "file", [modelRecord("us/Secret")]);
  const { lines } = await written();
  expect(lines.map(({ id }) => id)).toEqual(["acme/a"]);
  expect(lines[0]?.facts).toMatchObject({ contextLength: 8192 });
  expect(lines[0]?.facts.name).not.toBe("By hand");
  expect(lines[0]?.revision).toBe("f".repeat(40));
  expect(await written()).toMatchObject({ changed: false });
});

it("drops what was written by hand into an older snapshot", async () => {
  const byHand = { file: "data/editorial/acme.json", key: "acme/b", basis: "curated" } as const;
  const { facts, origins, ...record } = modelRecord("acme/b");
  await writeRecords(connection.db, "snapshot", [
    {
      ...record,
      facts: { ...facts, description: "Nice." },
      origins: { ...origins, description: { ...byHand, source: "editorial" } },
    },
  ]);
  const { lines } = await written();
  expect(lines[1]).toMatchObject({ id: "acme/b", facts: { contextLength: 8192 } });
  expect(lines[1]?.facts).not.toHaveProperty("description");
});
