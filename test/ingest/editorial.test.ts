/** The editorial source reads notes from a folder, page by page, and says where each fact is from. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normalizeListing } from "../../src/ingest/normalize/index.ts";
import type { KnownRecord, ListedModel, SourceContext } from "../../src/ingest/source.ts";
import { editorialSource } from "../../src/ingest/sources/editorial.ts";
import { silentLog } from "../../src/log.ts";

const note = {
  name: "Barge 7B",
  description: "A dense model made up for this test, with eight KV heads in 32 layers.",
  useCases: ["GENERAL_PURPOSE", "CODE"],
  releasedOn: "2025-03-01",
  releasedOnBasis: "announcement",
};
const licensed = { ...note, license: "Apache-2.0" };
const ownLicense = {
  ...note,
  license: "LicenseRef-llama3.1",
  licenseUrl: "https://example.org/license",
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-editorial-"));
  const notes = {
    "harbour/Barge-7B": note,
    "harbour/Barge-1B": { ...note, useCases: ["FISHING"] },
    "harbour/Barge-3B": licensed,
    "harbour/Barge-70B": ownLicense,
    "harbour/Barge-0.5B": { ...note, license: "apache" },
    "quay/Crane": note,
  };
  await writeFile(join(folder, "harbour.json"), JSON.stringify(notes));
  await writeFile(join(folder, "broken.json"), "{");
  await writeFile(join(folder, "readme.txt"), "not a notes file");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const source = () => editorialSource(pathToFileURL(`${folder}/`));

function context(known: KnownRecord | null = null): SourceContext {
  return {
    http: { request: () => Promise.reject(new Error("this source must not use the network")) },
    log: silentLog,
    signal: new AbortController().signal,
    known: async () => known,
  };
}

const listed = (externalId: string): ListedModel => ({
  externalId,
  revision: null,
  lastModified: null,
  info: null,
});

describe("the editorial source", () => {
  test("lists one page per notes file, so that a broken file hides no other", async () => {
    const first = await source().listPage(null, context());
    expect(first).toEqual({ items: [], skipped: [], next: ["broken.json", "harbour.json"] });
    await expect(source().listPage("broken.json", context())).rejects.toMatchObject({
      code: "UPSTREAM_INVALID",
    });
    const page = await source().listPage("harbour.json", context());
    expect(page.items.map(({ externalId }) => externalId)).toEqual([
      "harbour/Barge-7B",
      "harbour/Barge-3B",
      "harbour/Barge-70B",
    ]);
  });

  test("skips an entry with an unknown use case or licence, or in another organization's file", async () => {
    const { skipped } = await source().listPage("harbour.json", context());
    expect(skipped.map(({ externalId, code }) => [externalId, code])).toEqual([
      ["harbour/Barge-1B", "INVALID_ENTRY"],
      ["harbour/Barge-0.5B", "INVALID_ENTRY"],
      ["quay/Crane", "INVALID_ENTRY"],
    ]);
    expect(skipped[0]?.reason).toContain("useCases");
    expect(skipped[1]?.reason).toContain("data/licenses.json");
  });

  test("never reads outside its folder", async () => {
    await expect(source().listPage("../secret.json", context())).rejects.toMatchObject({
      code: "UPSTREAM_INVALID",
    });
    const record = await source().read(listed("../../etc/passwd"), context());
    expect(record.outcome).toBe("refused");
  });

  test("gives curated facts and no others", async () => {
    const record = await source().read(listed("harbour/Barge-7B"), context());
    const { releasedOnBasis: _, ...facts } = note;
    expect(record).toMatchObject({ outcome: "notes", state: "open", reason: null });
    expect(record.facts).toEqual(facts);
    expect(Object.keys(record.origins)).toEqual(Object.keys(facts));
    expect(record.origins.description).toEqual({
      file: "data/editorial/harbour.json",
      key: "harbour/Barge-7B.description",
      basis: "curated",
    });
  });

  test("expands a licence to its name and terms as the reader of model cards does", async () => {
    const { facts, origins } = await source().read(listed("harbour/Barge-3B"), context());
    const card = normalizeListing("harbour/Barge-3B", { cardData: { license: "apache-2.0" } });
    for (const fact of ["license", "licenseName", "commercialUse"] as const) {
      expect(facts[fact]).toBe(card.facts[fact]);
    }
    expect(origins.license?.file).toBe("data/editorial/harbour.json");
    expect(origins.commercialUse).toMatchObject({ file: "data/licenses.json", key: "Apache-2.0" });
  });

  test("says nothing about commercial use where a publisher's own licence has conditions", async () => {
    const { facts } = await source().read(listed("harbour/Barge-70B"), context());
    expect(facts).toMatchObject({
      license: "LicenseRef-llama3.1",
      licenseName: "Llama 3.1 Community License",
      licenseUrl: "https://example.org/license",
    });
    expect(facts).not.toHaveProperty("commercialUse");
  });

  test("reads the same from a listing as by name", async () => {
    const page = await source().listPage("harbour.json", context());
    const fromListing = await source().read(page.items[0]!, context());
    const byName = await source().read(listed("harbour/Barge-7B"), context());
    expect({ ...byName, fetchedAt: "" }).toEqual({ ...fromListing, fetchedAt: "" });
  });

  test("says unchanged while the note is the same, and reads it again when it differs", async () => {
    const { revision } = await source().read(listed("harbour/Barge-7B"), context());
    const item = listed("harbour/Barge-7B");
    const same = await source().read(item, context({ revision, files: {} }));
    expect(same).toMatchObject({ outcome: "unchanged", facts: {} });
    const other = await source().read(item, context({ revision: "older", files: {} }));
    expect(other.outcome).toBe("notes");
  });

  test("refuses a model nobody has written about", async () => {
    const record = await source().read(listed("harbour/Unknown"), context());
    expect(record).toMatchObject({ outcome: "refused", state: "missing", facts: {} });
  });
});
