/** A list by words that hardly any model has goes by a kept plan, and finds what any other would. */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { beforeAll, expect, it, vi } from "vitest";
import { areRare, readNames } from "../../src/db/name-sample.ts";
import { relations } from "../../src/db/relations.ts";
import { organizations } from "../../src/db/tables.ts";
import { useCatalog } from "./catalog.ts";

const MODELS = 5_000;
const catalog = useCatalog();

beforeAll(async () => {
  const { db } = catalog;
  await db.insert(organizations).values({ slug: "someone", name: "Someone" });
  await db.execute(sql`insert into models (slug, hugging_face_id, name, organization_slug, status,
      fact_sources, search_text)
    select 'model-' || i, 'someone/model-' || i, 'Model ' || i, 'someone', 'LISTED', '{}',
      'model ' || i || case when i % 1000 = 7 then ' unicorn' else '' end
    from generate_series(1, ${MODELS}) as i`);
});

const search = (words: string) =>
  catalog.ask(
    `query ($words: String!) { models(first: 10, filter: { search: $words }) { nodes { slug } } }`,
    { words },
  );

/** Not part of the sample, as its test says. */
const UNICORNS = ["model-7", "model-4007", "model-3007", "model-2007", "model-1007"];

it("does not know words until the sample is there, and reads that by itself", async () => {
  const db = drizzle({ client: catalog.db.$client, relations });
  expect(areRare(db, ["unicorn"])).toBe(false);
  await vi.waitFor(() => expect(areRare(db, ["unicorn"])).toBe(true));
});

it("knows words by the names of the sample, which hold all of them or do not", async () => {
  const { db } = catalog;
  const names = await readNames(db);
  expect(names.length).toBeGreaterThan(5);
  expect(names.some((name) => name.includes("unicorn"))).toBe(false);
  await vi.waitFor(() => expect(areRare(db, ["unicorn"])).toBe(true));
  expect(areRare(db, ["model"])).toBe(false);
  expect(areRare(db, names[0]!.split(" "))).toBe(false);
  expect(areRare(db, ["model", "unicorn"])).toBe(true);
  // No index finds so short a word.
  expect(areRare(db, ["zq"])).toBe(false);
});

it("finds the same by either way", async () => {
  const { db, statements } = catalog;
  await vi.waitFor(() => expect(areRare(db, ["unicorn"])).toBe(true));
  const slugs = ({ models }: { models: { nodes: { slug: string }[] } }) =>
    models.nodes.map(({ slug }) => slug);
  expect(slugs(await search("Unicorn MODEL"))).toEqual(UNICORNS);
  expect(statements.at(-1)).toContain(" ~~ $");
  expect(slugs(await search("unicorn zebra"))).toEqual([]);
  expect(slugs(await search("model"))).toHaveLength(10);
  expect(statements.at(-1)).toContain(" like $");
});
