/** Files that appear or vanish are told; those that come with a new model, or are known already, are not. */
import { asc } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { catalogEvents } from "../../src/db/tables.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;
let seen = 0;

beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(async () => {
  await connection?.close();
});

const file = (externalId: string, label: string) => ({
  ...{ kind: "gguf" as const, label, files: 1, bytes: 1000, parameters: null, externalId },
});

/** What a repository of converted files offers of the model `acme/base`. */
const conversion = (externalId: string, labels: string[], revision: string) => ({
  ...modelRecord(externalId),
  revision,
  outcome: "artifacts" as const,
  facts: { baseModel: "acme/base" },
  artifacts: labels.map((label) => file(externalId, label)),
});

/** Events since the last call. */
async function told() {
  const rows = await connection.db.select().from(catalogEvents).orderBy(asc(catalogEvents.number));
  const fresh = rows.slice(seen);
  seen = rows.length;
  return fresh.map(({ kind, message, changes }) => ({ kind, message, changes: changes.length }));
}

it("tells one event for each repository and direction", async () => {
  const { db } = connection;
  const own = [file("acme/base", "BF16")];
  await writeRecords(db, "hugging-face", [modelRecord("acme/base", { artifacts: own })]);
  expect(await told()).toMatchObject([{ kind: "MODEL_ADDED" }]);

  const repo = "quants/base-GGUF";
  await writeRecords(db, "hugging-face-gguf", [conversion(repo, ["Q4_K_M", "Q8_0"], "1")]);
  const message = "base can be had from quants/base-GGUF as Q4_K_M, Q8_0.";
  expect(await told()).toEqual([{ kind: "ARTIFACT_ADDED", message, changes: 2 }]);

  await writeRecords(db, "hugging-face-gguf", [conversion(repo, ["Q4_K_M", "Q8_0"], "2")]);
  expect(await told()).toEqual([]);

  await writeRecords(db, "hugging-face-gguf", [conversion(repo, ["Q8_0", "Q6_K"], "3")]);
  expect(await told()).toMatchObject([
    { kind: "ARTIFACT_ADDED", message: "base can be had from quants/base-GGUF as Q6_K." },
    {
      kind: "ARTIFACT_REMOVED",
      message: "base can no longer be had from quants/base-GGUF as Q4_K_M.",
    },
  ]);
});

it("does not tell again what another source says of the same repository", async () => {
  const { db } = connection;
  await told();
  const again = conversion("quants/base-GGUF", ["Q8_0", "Q6_K"], "1");
  await writeRecords(db, "hugging-face", [again]);
  expect(await told()).toEqual([]);
  // One of the two saying no more of it does not take it away.
  await writeRecords(db, "hugging-face", [{ ...again, revision: "2", artifacts: [] }]);
  expect(await told()).toEqual([]);
});

it("takes in files together with the model of the same batch, as one event", async () => {
  const { db } = connection;
  await told();
  const files = {
    ...conversion("quants/new-GGUF", ["Q8_0"], "1"),
    facts: { baseModel: "acme/new" },
  };
  const written = await writeRecords(db, "hugging-face", [files, modelRecord("acme/new")]);
  expect(written.map(({ outcome }) => outcome)).toEqual(["unchanged", "created"]);
  expect(await told()).toMatchObject([{ kind: "MODEL_ADDED" }]);
  expect(await db.query.artifacts.findMany({ where: { modelSlug: "new" } })).toHaveLength(1);
});
