/** A record that a person sets aside counts no longer, until a person releases it. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { holdRecord, releaseRecord } from "../../src/db/hold.ts";
import { artifacts, catalogEvents, models, quarantine } from "../../src/db/tables.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;

beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(async () => {
  await connection?.close();
});

const hub = "hugging-face";
const file = { kind: "gguf", label: "Q8_0", files: 1, bytes: 9, parameters: null } as const;
const record = (id: string, contextLength: number) =>
  modelRecord(id, { facts: { contextLength }, artifacts: [{ ...file, externalId: id }] });

const modelOf = async (id: string) =>
  (await connection.db.select().from(models).where(eq(models.huggingFaceId, id)))[0];
const filesOf = async (id: string) => connection.db.$count(artifacts, eq(artifacts.externalId, id));
const eventsOf = async (slug: string) => {
  const rows = await connection.db.select().from(catalogEvents);
  return rows.filter(({ modelSlug }) => modelSlug === slug).map(({ kind }) => kind);
};

describe("a record that is set aside by hand", () => {
  it("leaves the model to what the other sources say of it", async () => {
    const id = "acme/two-sources";
    await writeRecords(connection.db, hub, [record(id, 1000)]);
    await writeRecords(connection.db, "modelscope", [record(id, 2000)]);
    expect((await modelOf(id))?.contextLength).toBe(1000);
    expect(await holdRecord(connection.db, { sourceId: hub, externalId: id }, "a typo")).toBe(true);
    expect(await modelOf(id)).toMatchObject({ contextLength: 2000, status: "LISTED" });
    expect(await filesOf(id)).toBe(1);
    expect(await eventsOf("two-sources")).toEqual(["MODEL_ADDED", "MODEL_UPDATED"]);
  });

  it("withdraws a model that no other source makes, with its last facts", async () => {
    const id = "acme/one-source";
    await writeRecords(connection.db, hub, [record(id, 1000)]);
    await holdRecord(connection.db, { sourceId: hub, externalId: id }, "nonsense");
    expect(await modelOf(id)).toMatchObject({ contextLength: 1000, status: "WITHDRAWN" });
    expect(await eventsOf("one-source")).toEqual(["MODEL_ADDED", "MODEL_WITHDRAWN"]);
  });

  it("stays aside whatever its source says later, and counts again once released", async () => {
    const id = "acme/released";
    const key = { sourceId: hub, externalId: id };
    await writeRecords(connection.db, hub, [record(id, 1000)]);
    await holdRecord(connection.db, key, "under review");
    const [later] = await writeRecords(connection.db, hub, [record(id, 3000)]);
    expect(later?.outcome).toBe("quarantined");
    expect((await modelOf(id))?.status).toBe("WITHDRAWN");
    expect(await filesOf(id)).toBe(0);

    expect(await releaseRecord(connection.db, key)).toBe(true);
    expect(await modelOf(id)).toMatchObject({ contextLength: 3000, status: "LISTED" });
    // The same reading again brings back its files: it is not taken for one that is known.
    await writeRecords(connection.db, hub, [record(id, 3000)]);
    expect(await filesOf(id)).toBe(1);
    expect(await connection.db.$count(quarantine, eq(quarantine.externalId, id))).toBe(0);
  });

  it("must have been read, and is released once", async () => {
    const key = { sourceId: hub, externalId: "acme/never-read" };
    expect(await holdRecord(connection.db, key, "a typo")).toBe(false);
    expect(await releaseRecord(connection.db, key)).toBe(false);
  });
});
