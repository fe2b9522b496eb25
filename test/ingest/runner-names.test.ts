/** Models that an upstream renames or removes: nothing is lost, and every former name still leads on. */
import { asc, eq, like } from "drizzle-orm";
import { expect, it } from "vitest";
import { formerName } from "../../src/db/aliases.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import {
  catalogEvents,
  modelAliases,
  models,
  sourceProgress,
  sourceRecords,
} from "../../src/db/tables.ts";
import { noteAbsence } from "../../src/db/withdrawals.ts";
import { modelRecord } from "../helpers/records.ts";
import { type Bench, OTHER, openBench, reportOf, VICTIM } from "./faults/bench.ts";

async function modelOf(bench: Bench, id: string) {
  const [row] = await bench.db.select().from(models).where(eq(models.huggingFaceId, id));
  return row;
}

/** The next run lists everything. */
async function sweep(bench: Bench) {
  await bench.db.delete(sourceProgress);
  return reportOf(await bench.run());
}

function rename(bench: Bench, from: string, to: string): void {
  const { repo } = bench.hub.store.find(from)!;
  bench.hub.store.remove(from);
  bench.hub.store.put({ ...repo, id: to, formerIds: [from] });
}

it("a removed model stays as it was until it was missed on three different days", async () => {
  const bench = await openBench();
  await bench.run();
  bench.hub.store.remove(VICTIM);
  await sweep(bench);
  expect(await modelOf(bench, VICTIM)).toMatchObject({ status: "LISTED" });
  // The same day again says nothing new.
  await sweep(bench);
  await noteAbsence(bench.db, "hugging-face", VICTIM, "2099-01-01");
  expect(await modelOf(bench, VICTIM)).toMatchObject({ status: "LISTED" });
  await noteAbsence(bench.db, "hugging-face", VICTIM, "2099-01-02");
  expect(await modelOf(bench, VICTIM)).toMatchObject({ status: "WITHDRAWN", contextLength: 8192 });
  const told = await bench.events();
  expect(told.filter((kind) => kind === "MODEL_WITHDRAWN")).toHaveLength(1);
});

it("a withdrawn model stays withdrawn whatever other sources say, and nobody looks for it again", async () => {
  const bench = await openBench();
  await bench.run();
  bench.hub.store.remove(VICTIM);
  for (const day of ["2099-01-01", "2099-01-02", "2099-01-03", "2099-01-04"]) {
    await noteAbsence(bench.db, "hugging-face", VICTIM, day);
  }
  await writeRecords(bench.db, "editorial", [
    modelRecord(VICTIM, { outcome: "notes", facts: { description: "A small model." } }),
  ]);
  expect(await modelOf(bench, VICTIM)).toMatchObject({ status: "WITHDRAWN" });
  const before = bench.hub.requests.length;
  await sweep(bench);
  const asked = bench.hub.requests.slice(before).map(({ path }) => path);
  expect(asked.filter((path) => /Tiny-Dense(\/|$)/.test(path))).toEqual([]);
});

it("a withdrawn model that comes back is listed again", async () => {
  const bench = await openBench();
  await bench.run();
  const { repo } = bench.hub.store.find(VICTIM)!;
  bench.hub.store.remove(VICTIM);
  for (const day of ["2099-01-01", "2099-01-02", "2099-01-03"]) {
    await noteAbsence(bench.db, "hugging-face", VICTIM, day);
  }
  bench.hub.store.put(repo);
  await sweep(bench);
  expect(await modelOf(bench, VICTIM)).toMatchObject({ status: "LISTED" });
});

it("a renamed model keeps its slug and its events, and the former id leads to it", async () => {
  const bench = await openBench();
  await bench.run();
  const before = await modelOf(bench, OTHER);
  rename(bench, OTHER, "bolt/Small-Talk");
  await sweep(bench);
  // Listed under its new name, it was taken in as new; looked for by its old one, the two became one.
  const rows = await bench.db
    .select()
    .from(models)
    .where(like(models.huggingFaceId, "bolt/Small%"));
  expect(rows.map((row) => row.huggingFaceId)).toEqual(["bolt/Small-Talk"]);
  expect(await formerName(bench.db, OTHER)).toBe(rows[0]?.slug);
  expect(await formerName(bench.db, before!.slug)).toBe(rows[0]?.slug);
  const events = await bench.db
    .select()
    .from(catalogEvents)
    .where(eq(catalogEvents.modelSlug, rows[0]!.slug))
    .orderBy(asc(catalogEvents.number));
  expect(events.map((event) => event.kind)).toEqual([
    "MODEL_ADDED",
    "MODEL_ADDED",
    "MODEL_UPDATED",
  ]);
  expect(events.at(-1)?.changes).toEqual([
    { field: "huggingFaceId", from: OTHER, to: "bolt/Small-Talk" },
  ]);
});

it("a model asked for by a name that it no longer has keeps its slug under the new name", async () => {
  const bench = await openBench({ organizations: ["bolt"] });
  await bench.run();
  const before = await modelOf(bench, OTHER);
  rename(bench, OTHER, "elsewhere/Small-Talk");
  await sweep(bench);
  const after = await modelOf(bench, "elsewhere/Small-Talk");
  expect(after).toMatchObject({ slug: before?.slug, organizationSlug: "elsewhere" });
  expect(await formerName(bench.db, OTHER)).toBe(before?.slug);
  expect(await modelOf(bench, OTHER)).toBeUndefined();
});

it("what another source says under the former name is still about the same model", async () => {
  const bench = await openBench({ organizations: ["bolt"] });
  await bench.run();
  rename(bench, OTHER, "elsewhere/Small-Talk");
  await sweep(bench);
  const note = modelRecord(OTHER, { outcome: "notes", facts: { description: "Talks little." } });
  await writeRecords(bench.db, "editorial", [note]);
  expect(await modelOf(bench, "elsewhere/Small-Talk")).toMatchObject({
    description: "Talks little.",
  });
  expect(await modelOf(bench, OTHER)).toBeUndefined();
  const records = await bench.db
    .select({ id: sourceRecords.externalId })
    .from(sourceRecords)
    .where(eq(sourceRecords.externalId, OTHER));
  expect(records).toEqual([{ id: OTHER }]);
  expect(await bench.db.$count(modelAliases)).toBe(1);
});
