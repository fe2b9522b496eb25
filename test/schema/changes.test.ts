/** Following the log by number: in pages, by what fits some hardware, and over a part that is gone. */
import { parse, subscribe } from "graphql";
import { expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { compactEvents } from "../../src/db/compaction.ts";
import type { CatalogRecord } from "../../src/db/records.ts";
import { GIB } from "../../src/estimator/index.ts";
import { schema } from "../../src/schema/index.ts";
import { modelRecord, smallArchitecture } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const write = (...records: CatalogRecord[]) => writeRecords(catalog.db, "test", records);
const SETTINGS = "quant: F16, ctx: 4096, overhead: 0";

/** The small model with another number of layers, which is what it weighs by. */
function layers(id: string, count: number): CatalogRecord {
  const [group] = smallArchitecture.layers;
  const architecture = { ...smallArchitecture, layers: [{ ...group!, count }] };
  return modelRecord(id, { facts: { architecture } });
}

async function bytesOf(slug: string): Promise<number> {
  const { model } = await catalog.ask(
    `{ model(slug: "${slug}") { vram(${SETTINGS}) { total { bytes } } } }`,
  );
  return model.vram.total.bytes;
}

it("pages through the events after a number, oldest first, with numbers as cursors", async () => {
  const { catalogVersion } = await catalog.ask("{ catalogVersion }");
  const numbers: number[] = [];
  let after: string | number = 0;
  for (let more = true; more; ) {
    const { changes } = await catalog.ask(
      `query ($after: BigInt) { changes(after: $after, first: 5) {
        totalCount edges { cursor node { number model { slug } } } nodes { number }
        pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(changes.totalCount).toBe(catalogVersion - Number(after));
    expect(changes.nodes.map((node: { number: number }) => String(node.number))).toEqual(
      changes.edges.map((edge: { cursor: string }) => edge.cursor),
    );
    numbers.push(...changes.nodes.map((node: { number: number }) => node.number));
    ({ hasNextPage: more, endCursor: after } = changes.pageInfo);
  }
  expect(numbers).toEqual(Array.from({ length: catalogVersion }, (_, index) => index + 1));
});

it("tells only of models that came to fit the hardware, and does so once", async () => {
  await write(layers("fits/shrinking", 64), layers("fits/growing", 4), layers("fits/small", 4));
  const large = await bytesOf("shrinking");
  const small = await bytesOf("small");
  expect(large).toBeGreaterThan(small);
  const memoryGib = (large - 1) / GIB;
  const filter = `{ fits: { memoryGib: ${memoryGib}, ${SETTINGS} }, organization: "fits" }`;
  const { catalogVersion } = await catalog.ask("{ catalogVersion }");
  const document = parse(
    `subscription { catalogUpdated(after: 0, filter: ${filter}) { number kind modelSlug } }`,
  );
  const stream = await subscribe({ schema, document, contextValue: catalog.context() });
  if (!(Symbol.asyncIterator in stream)) throw stream.errors?.[0];
  const next = async () =>
    (
      (await stream.next()).value as never as {
        data: { catalogUpdated: { kind: string; modelSlug: string } };
      }
    ).data.catalogUpdated;
  const replayed = [await next(), await next()];
  expect(replayed).toMatchObject([
    { kind: "MODEL_ADDED", modelSlug: "growing" },
    { kind: "MODEL_ADDED", modelSlug: "small" },
  ]);

  // Not within the budget any more; other figures but within it as before; only other words.
  await write(layers("fits/growing", 64));
  await write(layers("fits/small", 5));
  await write(modelRecord("fits/plain", { facts: { architecture: undefined } }));
  await write(layers("fits/shrinking", 63));
  await write(layers("fits/growing", 4));
  expect([await next(), await next()]).toMatchObject([
    { kind: "MODEL_UPDATED", modelSlug: "shrinking" },
    { kind: "MODEL_UPDATED", modelSlug: "growing" },
  ]);
  await stream.return?.();

  const { changes } = await catalog.ask(
    `{ changes(after: ${catalogVersion}, filter: ${filter}) { totalCount nodes { modelSlug } } }`,
  );
  expect(changes).toEqual({
    totalCount: 2,
    nodes: [{ modelSlug: "shrinking" }, { modelSlug: "growing" }],
  });
});

it("refuses hardware that cannot be meant, naming the argument", async () => {
  const { errors } = await catalog.answer(
    "{ changes(filter: { fits: { quant: Q4_K_M, ctx: 0, memoryGib: 24 } }) { totalCount } }",
  );
  expect(errors?.[0]?.extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    argument: "filter.fits.ctx",
  });
});

it("answers for a part of the log that is gone with a code and where to go on", async () => {
  const other = await catalog.ask("{ catalogVersion }");
  await compactEvents(catalog.db, new Date(Date.now() + 60_000));
  await write(modelRecord("late/comer"));
  const version = other.catalogVersion + 1;
  const gone = {
    code: "EVENTS_COMPACTED",
    details: { after: 3, oldest: version, resyncAfter: version },
  };
  const { errors } = await catalog.answer("{ changes(after: 3) { totalCount } }");
  expect(errors?.[0]?.originalError).toMatchObject(gone);
  const document = parse("subscription { catalogUpdated(after: 3) { number } }");
  const refused = await subscribe({ schema, document, contextValue: catalog.context() });
  expect("errors" in refused && refused.errors?.[0]?.originalError).toMatchObject(gone);

  const { changes } = await catalog.ask("{ changes { nodes { number } } }");
  expect(changes.nodes).toEqual([{ number: version }]);
  const { kept } = await catalog.ask(`{ kept: changes(after: ${version - 1}) { totalCount } }`);
  expect(kept.totalCount).toBe(1);
});
