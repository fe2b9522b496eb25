/**
 * Followers that leave and come back while the catalog changes: each ends with what its filter lets
 * through, once and in order, whatever it saw from the log and what live.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import type { CatalogRecord } from "../../src/db/records.ts";
import { GIB } from "../../src/estimator/index.ts";
import { ask, listen } from "../helpers/plimsoll.ts";
import { modelRecord, smallArchitecture } from "../helpers/records.ts";
import { useCatalogServer } from "./catalog.ts";

const catalog = useCatalogServer();

const SETTINGS = "quant: F16, ctx: 4096, overhead: 0";
const filters = (memoryGib: number) => ({
  nothing: "{}",
  kinds: "{ kinds: [MODEL_ADDED] }",
  model: '{ model: "m1" }',
  family: '{ family: "alpha" }',
  organization: '{ organization: "red" }',
  fits: `{ fits: { memoryGib: ${memoryGib}, ${SETTINGS} }, organization: "red" }`,
});
const WRITES = 60;
/** A step whose model is large. */
const LARGE = 8;

interface Probed {
  catalogVersion: number;
  model: { vram: { total: { bytes: number } } };
}

/** One of eight models, at some size, so that it is added once and changes from then on. */
function record(step: number): CatalogRecord {
  const model = step % 8;
  const [group] = smallArchitecture.layers;
  const count = [2, 64, 3][Math.floor(step / 8) % 3]!;
  const architecture = { ...smallArchitecture, layers: [{ ...group!, count }] };
  const organization = model < 4 ? "red" : "blue";
  const family = model % 2 === 0 ? "alpha" : "beta";
  return modelRecord(`${organization}/m${model}`, {
    facts: { name: `m${model}`, organization, family, contextLength: 8192, architecture },
  });
}

it("are told the same as the log, for each filter", { timeout: 90_000 }, async () => {
  const { db, close } = connect({ url: catalog.databaseUrl });
  onTestFinished(close);
  await writeRecords(db, "test", [{ ...record(LARGE), externalId: "probe/large" }]);
  const { catalogVersion: start, model } = await ask<Probed>(
    catalog.url,
    `{ catalogVersion model(slug: "large") { vram(${SETTINGS}) { total { bytes } } } }`,
  );
  const all = filters((model.vram.total.bytes - 1) / GIB);
  let written = false;
  const seen = new Map<string, number[]>();

  async function follow(name: string, filter: string): Promise<void> {
    const numbers: number[] = [];
    seen.set(name, numbers);
    for (let last = false; ; ) {
      last = written;
      const after = numbers.at(-1) ?? start;
      const query = `subscription { catalogUpdated(after: ${after}, filter: ${filter}) { number } }`;
      const stream = listen<{ catalogUpdated: { number: number } }>(catalog.url, query);
      await sleep(last ? 1_500 : 30 + Math.random() * 300);
      stream.close();
      await stream.ended;
      numbers.push(...stream.events.map(({ catalogUpdated }) => catalogUpdated.number));
      if (last) return;
    }
  }

  const followers = Object.entries(all).map(([name, filter]) => follow(name, filter));
  for (let step = 0; step < WRITES; step++) {
    await writeRecords(db, "test", [record(step)]);
    await sleep(Math.random() * 40);
  }
  written = true;
  await Promise.all(followers);

  for (const [name, filter] of Object.entries(all)) {
    const { changes } = await ask<{ changes: { nodes: { number: number }[] } }>(
      catalog.url,
      `{ changes(after: ${start}, first: 100, filter: ${filter}) { nodes { number } } }`,
    );
    const logged = changes.nodes.map(({ number }) => Number(number));
    expect(logged.length, name).toBeGreaterThan(2);
    expect(seen.get(name)!.map(Number), name).toEqual(logged);
  }
});
