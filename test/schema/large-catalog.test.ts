/** What a catalog of more than 50,000 models counts: many on a sample, which it says, and few exactly. */
import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { organizations } from "../../src/db/tables.ts";
import { useCatalog } from "./catalog.ts";

const MODELS = 60_000;
const BASES = MODELS / 600;
const catalog = useCatalog();

beforeAll(async () => {
  const { db } = catalog;
  await db.insert(organizations).values({ slug: "someone", name: "Someone" });
  await db.execute(sql`insert into models (slug, hugging_face_id, name, organization_slug, license,
      variant, status, fact_sources, search_text)
    select 'model-' || i, 'someone/model-' || i, 'Model ' || i, 'someone', 'Odd-1.0',
      case when i % 600 = 0 then 'BASE' else 'INSTRUCT' end, 'LISTED', '{}', 'model ' || i
    from generate_series(1, ${MODELS}) as i`);
  await db.execute(sql`analyze models`);
});

const near = (count: number) => Math.abs(count / MODELS - 1);

it("counts the models of an organization that has many on the sample, of others exactly", async () => {
  const { many, few } = await catalog.ask(`
    fragment Counts on Organization { modelCount models(first: 0) { totalCount totalCountIsEstimate } }
    { many: organization(slug: "someone") { ...Counts }
      few: organization(slug: "deepseek-ai") { ...Counts all: models(first: 100) { nodes { slug } } } }
  `);
  expect(many.models.totalCountIsEstimate).toBe(true);
  expect(many.modelCount).toBe(many.models.totalCount);
  expect(near(many.modelCount)).toBeLessThan(0.2);
  const count = few.all.nodes.length;
  expect(count).toBeGreaterThan(0);
  expect(few).toMatchObject({
    modelCount: count,
    models: { totalCount: count, totalCountIsEstimate: false },
  });
});

it("decides for each facet by what it is counted under, which is without its own condition", async () => {
  const { facets } = await catalog.ask(`{
    facets(filter: { licenses: ["Odd-1.0"], variants: [BASE] }, by: [LICENSE, VARIANT, ATTENTION]) {
      facet isEstimate values { value count }
    }
  }`);
  const [license, variant, attention] = facets;
  expect(variant.isEstimate).toBe(true);
  expect(near(variant.values[0].count)).toBeLessThan(0.2);
  expect(license.isEstimate).toBe(false);
  expect(license.values).toContainEqual({ value: "Odd-1.0", count: BASES });
  expect(attention).toEqual({ facet: "ATTENTION", isEstimate: false, values: [] });
});
