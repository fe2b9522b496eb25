/**
 * Every real config of the shared corpus, through the whole source: listed, fetched over HTTP and
 * normalised. Each must end as a record with an outcome; none may be thrown or lost.
 */
import { expect, test } from "vitest";
import type { SourceRecord } from "../../src/ingest/source.ts";
import {
  contextWith,
  listAll,
  reposFromShared,
  sourceAt,
  startHubServer,
} from "../helpers/hub-server/index.ts";
import { sharedDir } from "../helpers/shared.ts";

test.skipIf(sharedDir === null)("every config of the corpus ends as a record", async () => {
  const repos = reposFromShared(sharedDir ?? "");
  const hub = await startHubServer({ repos });
  const source = sourceAt(hub.url);
  const { items, skipped } = await listAll(source, contextWith());
  expect(skipped).toEqual([]);
  expect(items).toHaveLength(repos.length);

  const records: SourceRecord[] = [];
  for (const item of items) records.push(await source.read(item, contextWith()));
  const models = records.filter(({ outcome }) => outcome === "model");
  console.info(`Corpus: ${repos.length} configs, ${models.length} models`);
  for (const { outcome, externalId, reason } of records) {
    if (outcome !== "model") console.info(`  ${outcome} ${externalId}: ${reason}`);
  }
  expect(records.filter(({ outcome }) => outcome === "refused")).toEqual([]);
  expect(models.filter(({ facts }) => !facts.architecture)).toEqual([]);

  const known = new Map(
    records.map((r) => [r.externalId, { revision: r.revision, files: r.files }]),
  );
  hub.requests.length = 0;
  for (const item of items) {
    expect(await source.read(item, contextWith(known))).toMatchObject({ outcome: "unchanged" });
  }
  expect(hub.requests).toEqual([]);
  await hub.close();
});
