/** Counts are exact as long as that is cheap; beyond it they are estimates, near the truth, and say so. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { areMany, countModels, countOf, countUnder, ofSample } from "../../src/db/model-count.ts";
import { LISTED, models, organizations } from "../../src/db/tables.ts";
import { useTestDatabase } from "../helpers/database.ts";

const MODELS = 60_000;
const MIT = MODELS / 2;

const database = useTestDatabase();
let connection: Connection;
beforeAll(async () => {
  connection = connect({ url: database.url });
  const { db } = connection;
  await db.insert(organizations).values({ slug: "someone", name: "Someone" });
  await db.execute(sql`insert into models (slug, hugging_face_id, name, organization_slug, license,
      variant, status, fact_sources, search_text)
    select 'model-' || i, 'someone/model-' || i, 'Model ' || i, 'someone',
      case when i % 2 = 0 then 'MIT' else 'Apache-2.0' end, case when i % 600 = 0 then 'BASE' end,
      'LISTED', '{}', 'model ' || i
    from generate_series(1, ${MODELS}) as i`);
  await db.execute(sql`analyze models`);
}, 120_000);
afterAll(() => connection.close());

const under = (condition: ReturnType<typeof eq>) => sql`${LISTED} and ${condition}`;

it("are exact in a catalog that is not large", async () => {
  const { db } = connection;
  const condition = under(eq(models.license, "MIT"));
  expect(await countModels(db, condition, MODELS + 1)).toEqual({ value: MIT, isEstimate: false });
  expect(await areMany(db, [condition], MODELS + 1)).toEqual([false]);
});

it("are estimates of many models in a large one, within a fifth", async () => {
  const { db } = connection;
  const condition = under(eq(models.license, "MIT"));
  const { value, isEstimate } = await countModels(db, condition);
  expect(isEstimate).toBe(true);
  expect(value).toBeGreaterThan(0.8 * MIT);
  expect(value).toBeLessThan(1.2 * MIT);
});

it("say for each of several conditions whether they are worth an estimate", async () => {
  const conditions = [eq(models.variant, "BASE"), eq(models.license, "MIT")].map(under);
  expect(await areMany(connection.db, conditions)).toEqual([false, true]);
});

it("of a row's models are exact up to the bound, and estimates above it that say so", async () => {
  const { db } = connection;
  const ofTheirs = async (bound?: number) => {
    const number = countUnder(under(eq(models.organizationSlug, organizations.slug)), bound);
    const [row] = await db.select({ number }).from(organizations);
    return countOf(row!.number, bound);
  };
  expect(await ofTheirs(MODELS)).toEqual({ value: MODELS, isEstimate: false });
  const { value, isEstimate } = await ofTheirs();
  expect(isEstimate).toBe(true);
  expect(Math.abs(value / MODELS - 1)).toBeLessThan(0.2);
});

it("are exact of few models in a large one", async () => {
  const { db } = connection;
  const few = under(eq(models.variant, "BASE"));
  expect(await countModels(db, few)).toEqual({ value: MODELS / 600, isEstimate: false });
  const none = under(eq(models.license, "no-such-licence"));
  expect(await countModels(db, none)).toEqual({ value: 0, isEstimate: false });
});

it("have no more digits than are meant", () => {
  expect(ofSample(123)).toBe(31_000);
  expect(ofSample(1)).toBe(260);
});
