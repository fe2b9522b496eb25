/** A newer formula reaches the models that are stored, with one event for each that it changes. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { recompileProfiles } from "../../src/db/recompile.ts";
import { catalogEvents, models } from "../../src/db/tables.ts";
import { PROFILE_VERSION } from "../../src/estimator/index.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const database = useTestDatabase();
let connection: Connection;
beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(() => connection.close());

it("compiles anew what an older version compiled, by many workers at once, telling each change once", async () => {
  const { db } = connection;
  const ids = Array.from({ length: 130 }, (_, index) => `acme/model-${index}`);
  const notes = modelRecord("acme/no-shape", {
    outcome: "partial",
    facts: { architecture: undefined },
  });
  await writeRecords(db, "test", [...ids.map((id) => modelRecord(id)), notes]);
  const [before] = await db.select().from(models).where(eq(models.slug, "model-7"));
  const last = await db.$count(catalogEvents);

  // As an older estimator left them: one model with the same figures, all others with other ones.
  const older = { ...before!.memoryProfile!, version: PROFILE_VERSION - 1 };
  const wrong = { ...older, weights: {} };
  await db.update(models).set({ estimatorVersion: PROFILE_VERSION - 1, memoryProfile: wrong });
  await db.update(models).set({ memoryProfile: older }).where(eq(models.slug, "model-7"));

  const changed = await Promise.all([recompileProfiles(db), recompileProfiles(db)]);
  expect(changed[0]! + changed[1]!).toBe(129);
  const events = await db
    .select()
    .from(catalogEvents)
    .where(eq(catalogEvents.kind, "ESTIMATE_CHANGED"));
  expect(events.length).toBe(129);
  expect(new Set(events.map((event) => event.modelSlug)).size).toBe(129);
  expect(events[0]!.changes).toEqual([
    { field: "estimatorVersion", from: PROFILE_VERSION - 1, to: PROFILE_VERSION },
  ]);
  expect(await db.$count(catalogEvents)).toBe(last + 129);
  const [after] = await db.select().from(models).where(eq(models.slug, "model-9"));
  expect(after?.memoryProfile).toEqual(before?.memoryProfile);
  expect(await recompileProfiles(db)).toBe(0);
});
