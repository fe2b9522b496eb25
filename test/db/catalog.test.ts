/** Writing records: what is created, merged, refused and told. */
import { asc, count, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import * as tables from "../../src/db/tables.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;
const db = () => connection.db;
const events = () =>
  db().select().from(tables.catalogEvents).orderBy(asc(tables.catalogEvents.number));
const model = async (id: string) =>
  (await db().select().from(tables.models).where(eq(tables.models.huggingFaceId, id)))[0];

beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(() => connection.close());

describe("writing records", () => {
  const id = (name: string) => `acme/${name}`;

  it("creates the model, its memory profile, its owner and one event in one transaction", async () => {
    const [result] = await writeRecords(db(), "hugging-face", [modelRecord(id("Boat-1B"))]);
    expect(result?.outcome).toBe("created");
    const row = await model(id("Boat-1B"));
    expect(row).toMatchObject({ slug: "boat-1b", organizationSlug: "acme", status: "LISTED" });
    expect(row?.memoryProfile?.weights.Q4_K_M?.bytes).toBeGreaterThan(0);
    const last = (await events()).at(-1);
    expect(last).toMatchObject({ kind: "MODEL_ADDED", modelSlug: "boat-1b" });
  });

  it("writes nothing and tells nothing when the same input comes again", async () => {
    await writeRecords(db(), "hugging-face", [modelRecord(id("Raft"))]);
    const before = await events();
    const row = await model(id("Raft"));
    const [again] = await writeRecords(db(), "hugging-face", [modelRecord(id("Raft"))]);
    expect(again?.outcome).toBe("unchanged");
    expect(await events()).toEqual(before);
    expect(await model(id("Raft"))).toEqual(row);
  });

  it("tells each changed fact with its old and new value", async () => {
    await writeRecords(db(), "hugging-face", [modelRecord(id("Sloop"))]);
    const longer = modelRecord(id("Sloop"), { facts: { contextLength: 16_384 } });
    const [result] = await writeRecords(db(), "hugging-face", [longer]);
    expect(result?.outcome).toBe("updated");
    expect((await events()).at(-1)).toMatchObject({
      kind: "MODEL_UPDATED",
      changes: [{ field: "contextLength", from: 8192, to: 16_384 }],
    });
    // What the longest context that fits stops at.
    expect((await model(id("Sloop")))?.memoryProfile?.contextLength).toBe(16_384);
  });

  it("keeps download counts fresh without an event", async () => {
    await writeRecords(db(), "hugging-face", [
      modelRecord(id("Ferry"), { facts: { downloads: 1 } }),
    ]);
    const before = (await events()).length;
    await writeRecords(db(), "hugging-face", [
      modelRecord(id("Ferry"), { facts: { downloads: 9 } }),
    ]);
    expect((await model(id("Ferry")))?.downloads).toBe(9);
    expect((await events()).length).toBe(before);
  });

  it("lets a higher-ranked source win each fact, whichever came first, and keeps both", async () => {
    await writeRecords(db(), "hugging-face", [
      modelRecord(id("Yawl"), { facts: { license: "MIT", releasedOn: null } }),
    ]);
    await writeRecords(db(), "snapshot", [
      modelRecord(id("Yawl"), { facts: { license: "Apache-2.0", releasedOn: "2025-01-02" } }),
    ]);
    const row = await model(id("Yawl"));
    expect(row).toMatchObject({ license: "MIT", releasedOn: "2025-01-02" });
    expect(row?.factSources).toMatchObject({ license: "hugging-face", releasedOn: "snapshot" });
    const records = await db()
      .select()
      .from(tables.sourceRecords)
      .where(eq(tables.sourceRecords.externalId, id("Yawl")));
    expect(records.map((record) => record.facts.license).sort()).toEqual(["Apache-2.0", "MIT"]);
  });

  it("sets a refused record aside with its reason and goes on serving the last good version", async () => {
    await writeRecords(db(), "hugging-face", [modelRecord(id("Ketch"))]);
    const refused = modelRecord(id("Ketch"), {
      outcome: "refused",
      reason: "config.json is not JSON",
      issues: [{ code: "INVALID_CONFIG", field: "", message: "config.json is not JSON" }],
    });
    const [result] = await writeRecords(db(), "hugging-face", [refused]);
    expect(result?.outcome).toBe("quarantined");
    expect((await model(id("Ketch")))?.status).toBe("LISTED");
    const aside = () =>
      db()
        .select()
        .from(tables.quarantine)
        .where(eq(tables.quarantine.externalId, id("Ketch")));
    expect(await aside()).toMatchObject([{ code: "INVALID_CONFIG", reason: refused.reason }]);

    const good = modelRecord(id("Ketch"), { facts: { license: "MIT" } });
    await writeRecords(db(), "hugging-face", [good]);
    expect(await aside()).toEqual([]);
  });

  it("lists a model without an architecture as partial, with the reason", async () => {
    const partial = modelRecord(id("Fog"), {
      outcome: "partial",
      reason: "The architecture FogForCausalLM is not known.",
      facts: { architecture: null },
    });
    await writeRecords(db(), "hugging-face", [partial]);
    expect(await model(id("Fog"))).toMatchObject({
      status: "PARTIAL",
      memoryProfile: null,
      vramReason: "The architecture FogForCausalLM is not known.",
    });
  });

  it("keeps notes until another source has the model, then lays them over it", async () => {
    const notes = modelRecord(id("Dinghy"), {
      outcome: "notes",
      facts: { architecture: null, description: "A small boat." },
    });
    const [early] = await writeRecords(db(), "editorial", [notes]);
    expect(early?.outcome).toBe("skipped");
    expect(await model(id("Dinghy"))).toBeUndefined();
    await writeRecords(db(), "hugging-face", [modelRecord(id("Dinghy"))]);
    expect((await model(id("Dinghy")))?.description).toBe("A small boat.");
    const where = { externalId: id("Dinghy"), sourceId: "editorial" };
    const waited = await db().query.sourceRecords.findFirst({ where });
    expect(waited?.modelSlug, "its provenance is shown with the model's").toBe("dinghy");
  });

  it("files published weights under the model they were made from", async () => {
    await writeRecords(db(), "hugging-face", [modelRecord(id("Brig"))]);
    const files = modelRecord("quantizer/Brig-GGUF", {
      outcome: "artifacts",
      facts: { baseModel: id("Brig") },
      artifacts: [
        {
          kind: "gguf",
          label: "Q4_K_M",
          files: 2,
          bytes: 5_000_000_000,
          parameters: null,
          externalId: "quantizer/Brig-GGUF",
        },
      ],
    });
    await writeRecords(db(), "hugging-face", [files]);
    const stored = await db()
      .select()
      .from(tables.artifacts)
      .where(eq(tables.artifacts.modelSlug, "brig"));
    expect(stored).toMatchObject([{ label: "Q4_K_M", bytes: 5_000_000_000, files: 2 }]);
    expect(await model("quantizer/Brig-GGUF")).toBeUndefined();
  });

  it("gives the second model of one name a slug with its owner", async () => {
    await writeRecords(db(), "hugging-face", [modelRecord("one/Same"), modelRecord("two/Same")]);
    expect((await model("one/Same"))?.slug).toBe("same");
    expect((await model("two/Same"))?.slug).toBe("two-same");
  });
});

describe("writers at the same time", () => {
  beforeEach(async () => {
    await db().delete(tables.sources);
  });

  it("make each model once and number events without gaps or doubles", async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `fleet/Vessel-${n}`);
    const batches = [ids, ids.toReversed(), ids].map((list) => list.map((id) => modelRecord(id)));
    const sources = ["hugging-face", "snapshot", "modelscope"];
    await Promise.all(batches.map((batch, n) => writeRecords(db(), sources[n]!, batch)));
    const [made] = await db()
      .select({ n: count() })
      .from(tables.models)
      .where(eq(tables.models.organizationSlug, "fleet"));
    expect(made?.n).toBe(20);
    const numbers = (await events()).map((event) => event.number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe("the catalog's stamp", () => {
  it("changes with a visible write that is no event, and stays when nothing is written", async () => {
    const state = async () => (await db().select().from(tables.catalogState))[0];
    await writeRecords(db(), "hugging-face", [modelRecord("acme/Tug", { facts: { likes: 1 } })]);
    const before = await state();
    await writeRecords(db(), "hugging-face", [modelRecord("acme/Tug", { facts: { likes: 2 } })]);
    const after = await state();
    expect(after?.lastEvent).toBe(before?.lastEvent);
    expect(after?.writes).toBeGreaterThan(before?.writes ?? 0);
    await writeRecords(db(), "hugging-face", [modelRecord("acme/Tug", { facts: { likes: 2 } })]);
    expect(await state()).toEqual(after);
  });
});
