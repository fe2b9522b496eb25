/**
 * Lists against filtering by hand: every model is read once, and a random filter must then find those
 * that the filter written here finds. And pages laid end to end against the whole list, while models
 * are added.
 */

import { writeRecords } from "../../../src/db/catalog.ts";
import { connect } from "../../../src/db/client.ts";
import { madeUp } from "../served.ts";
import { dataOf } from "./ask.ts";
import { FIELDS, type Model, makeCondition } from "./conditions.ts";
import type { Random } from "./question.ts";

interface Page<T> {
  models: { totalCount: number; nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const PAGE = (
  fields: string,
) => `query ($filter: ModelFilter, $order: ModelOrder, $first: Int, $after: String) {
  models(filter: $filter, orderBy: $order, first: $first, after: $after) {
    totalCount nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;

/** All pages, one after the other. */
export async function readAll<T>(
  url: string,
  fields: string,
  args: { filter?: object; order?: object; first?: number },
  between: () => Promise<void> = async () => {},
): Promise<{ nodes: T[]; totalCount: number }> {
  const nodes: T[] = [];
  for (let after: string | null = null; ; ) {
    const { models }: Page<T> = await dataOf(url, PAGE(fields), { first: 100, ...args, after });
    nodes.push(...models.nodes);
    if (!models.pageInfo.hasNextPage) return { nodes, totalCount: models.totalCount };
    after = models.pageInfo.endCursor;
    await between();
  }
}

/** Random filters; gives the first that found other models than it should. */
export async function compareFilters(
  url: string,
  random: Random,
  count: number,
): Promise<string[]> {
  const { nodes: models } = await readAll<Model>(url, FIELDS, {});
  const wrong: string[] = [];
  for (let n = 0; n < count; n++) {
    const made = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      makeCondition(random, models),
    );
    // Of two conditions on one field the later stands.
    const conditions = new Map(made.flatMap((one) => (one ? [[one.field, one] as const] : [])));
    const filter = Object.fromEntries([...conditions].map(([field, { value }]) => [field, value]));
    const expected = models.filter((model) =>
      [...conditions.values()].every((c) => c.holds(model)),
    );
    const found = await readAll<{ slug: string }>(url, "slug", { filter, first: 17 });
    const slugs = (list: { slug: string }[]) => list.map(({ slug }) => slug).toSorted();
    const same =
      found.totalCount === expected.length &&
      JSON.stringify(slugs(found.nodes)) === JSON.stringify(slugs(expected));
    if (!same) {
      wrong.push(`${JSON.stringify(filter)}: ${found.totalCount} instead of ${expected.length}`);
    }
  }
  return wrong;
}

const ORDERS = ["DOWNLOADS", "LIKES", "NAME", "RELEASED", "PARAMETERS", "CONTEXT"];

/** Pages through every order while models come in; those that were there come exactly once. */
export async function pageWhileInserting(
  url: string,
  databaseUrl: string,
  firstNumber: number,
): Promise<string[]> {
  const { db, close } = connect({ url: databaseUrl, maxConnections: 2 });
  const wrong: string[] = [];
  let number = firstNumber;
  try {
    for (const field of ORDERS) {
      for (const direction of ["ASC", "DESC"]) {
        const before = await readAll<{ slug: string }>(url, "slug", {});
        const insert = async () => {
          await writeRecords(db, "test", [madeUp(number++), madeUp(number++)]);
        };
        const order = { field, direction };
        const paged = await readAll<{ slug: string }>(url, "slug", { order, first: 13 }, insert);
        const slugs = paged.nodes.map(({ slug }) => slug);
        if (new Set(slugs).size < slugs.length) wrong.push(`${field} ${direction}: a model twice`);
        const seen = new Set(slugs);
        const missing = before.nodes.filter(({ slug }) => !seen.has(slug));
        if (missing.length > 0) {
          wrong.push(
            `${field} ${direction}: ${missing.length} missing, such as ${missing[0]!.slug}`,
          );
        }
        const whole = await readAll<{ slug: string }>(url, "slug", { order });
        const kept = whole.nodes.map(({ slug }) => slug).filter((slug) => seen.has(slug));
        if (JSON.stringify(kept) !== JSON.stringify(slugs)) {
          wrong.push(`${field} ${direction}: another order than the whole list`);
        }
      }
    }
  } finally {
    await close();
  }
  return wrong;
}
