/** The orders of model lists: by name as people sort, by what fits, and stable while models come and go. */
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { models } from "../../src/db/tables.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

const FITS = { memoryGib: 24, quant: "Q4_K_M", ctx: 8192 };
const MAX_CONTEXT = "maxContext(on: { memoryGib: 24 }, quant: Q4_K_M) { tokens }";

interface Node {
  slug: string;
  name: string;
  activeParameters: number;
  vram: { total: { bytes: number } };
  maxContext: { tokens: number };
}

/** All models that fit, in the order, two at a time. */
async function walk(field: string, direction?: "ASC" | "DESC"): Promise<Node[]> {
  const query = `query ($after: String, $orderBy: ModelOrder, $filter: ModelFilter) {
    models(first: 2, after: $after, orderBy: $orderBy, filter: $filter) {
      nodes { slug name activeParameters vram(quant: Q4_K_M, ctx: 8192) { total { bytes } } ${MAX_CONTEXT} }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  const seen: Node[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const orderBy = { field, direction };
    const { models: page } = await catalog.ask(query, { after, orderBy, filter: { fits: FITS } });
    seen.push(...page.nodes);
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  return seen;
}

const descending = (figures: number[]) => figures.toSorted((a, b) => b - a);

describe("an order by what fits", () => {
  it("MEMORY is the sum that each model says of itself", async () => {
    const sizes = (await walk("MEMORY")).map(({ vram }) => vram.total.bytes);
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes).toEqual(descending(sizes));
  });

  it("FITTING_CONTEXT is the context that each model says of itself", async () => {
    const found = await walk("FITTING_CONTEXT");
    const tokens = found.map(({ maxContext }) => maxContext.tokens);
    expect(tokens).toEqual(descending(tokens));
    const shortest = await walk("FITTING_CONTEXT", "ASC");
    expect(shortest.map(({ slug }) => slug)).toEqual(found.map(({ slug }) => slug).reverse());
  });

  it("SPEED puts what reads least for a token first", async () => {
    const active = (await walk("SPEED")).map(({ activeParameters }) => activeParameters);
    expect(active).toEqual(descending(active).reverse());
  });

  it.each(["MEMORY", "FITTING_CONTEXT", "SPEED"])(
    "%s needs to know what has to fit",
    async (field) => {
      const { errors } = await catalog.answer(
        `{ models(orderBy: { field: ${field} }) { totalCount } }`,
      );
      expect(errors?.[0]?.extensions).toMatchObject({
        code: "BAD_USER_INPUT",
        argument: "orderBy.field",
      });
    },
  );
});

it("names begin at A when no direction is given, case ignored and numbers by their value", async () => {
  const names = ["apple 7B", "Apple 72B", "Apple 0.5B", "apple 1.5B", "Banana 2"];
  await writeRecords(
    catalog.db,
    "test",
    names.map((name, at) => modelRecord(`fruit/${at}`, { facts: { name } })),
  );
  const { models: page } = await catalog.ask(
    '{ models(orderBy: { field: NAME }, filter: { organizations: ["fruit"] }) { nodes { name } } }',
  );
  expect(page.nodes.map(({ name }: Node) => name)).toEqual([
    "Apple 0.5B",
    "apple 1.5B",
    "apple 7B",
    "Apple 72B",
    "Banana 2",
  ]);
});

it("a cursor keeps its place while models are added, removed and overtaken", async () => {
  const ids = ["b", "d", "f", "h"].map((letter) => `stable/${letter}`);
  const add = (...added: string[]) =>
    writeRecords(
      catalog.db,
      "test",
      added.map((id) => modelRecord(id)),
    );
  await add(...ids);
  const page = (after: string | null) =>
    catalog.ask(
      `query ($after: String) {
        models(first: 2, after: $after, orderBy: { field: NAME }, filter: { organizations: ["stable"] }) {
          nodes { name } pageInfo { endCursor }
        }
      }`,
      { after },
    );
  const first = await page(null);
  // One before the cursor, one behind it, and the model under the cursor goes.
  await add("stable/a", "stable/e");
  await catalog.db
    .update(models)
    .set({ status: "WITHDRAWN" })
    .where(eq(models.huggingFaceId, "stable/d"));
  const second = await page(first.models.pageInfo.endCursor);
  const names = [...first.models.nodes, ...second.models.nodes].map(({ name }: Node) => name);
  expect(names).toEqual(["b", "d", "e", "f"]);
});
