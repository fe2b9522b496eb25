/** Corrections by hand: each with its reason, none about the shape, and the bundled ones all usable. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { overridesSource } from "../../../src/ingest/sources/overrides/index.ts";
import { byName, contextWith, listAll } from "../../helpers/hub-server/index.ts";

const reason = "The config was cut to 512 tokens by a converter; the card says 32K.";
const contextLength = { value: 32_768, reason, evidence: "https://example.org/card" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-overrides-"));
  const corrections = {
    "harbour/Barge": { contextLength, releasedOn: { value: "2025-03-01", reason } },
    "harbour/No-Reason": { contextLength: { value: 32_768 } },
    "harbour/Bad-Value": { contextLength: { ...contextLength, value: "32K" } },
    "harbour/Shape": { layers: { value: 32, reason } },
    "harbour/Nothing": {},
    "quay/Crane": { contextLength },
  };
  await writeFile(join(folder, "harbour.json"), JSON.stringify(corrections));
  await writeFile(join(folder, "broken.json"), "{");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const source = () => overridesSource(pathToFileURL(`${folder}/`));

test("takes only corrections with a reason, of facts that may be stated by hand", async () => {
  const page = await source().listPage("harbour.json", contextWith());
  expect(page.items.map(({ externalId }) => externalId)).toEqual(["harbour/Barge"]);
  expect(page.skipped.map(({ externalId }) => externalId)).toEqual([
    "harbour/No-Reason",
    "harbour/Bad-Value",
    "harbour/Shape",
    "harbour/Nothing",
    "quay/Crane",
  ]);
});

test("a broken file hides no other, and nothing outside the folder is read", async () => {
  const { next } = await source().listPage(null, contextWith());
  expect(next).toEqual(["broken.json", "harbour.json"]);
  for (const name of ["broken.json", "../package.json"]) {
    await expect(source().listPage(name, contextWith())).rejects.toMatchObject({
      code: "UPSTREAM_INVALID",
    });
  }
});

test("gives each value with its reason and evidence", async () => {
  const record = await source().read(byName("harbour/Barge"), contextWith());
  expect(record).toMatchObject({
    outcome: "notes",
    facts: { contextLength: 32_768, releasedOn: "2025-03-01" },
  });
  expect(record.origins.contextLength).toEqual({
    file: "data/overrides/harbour.json",
    key: "harbour/Barge.contextLength",
    basis: "curated",
    reason: `${reason} (https://example.org/card)`,
  });
});

test("every bundled correction can be used", async () => {
  const { items, skipped } = await listAll(overridesSource(), contextWith());
  expect(skipped).toEqual([]);
  expect(items.length).toBeGreaterThan(0);
});
