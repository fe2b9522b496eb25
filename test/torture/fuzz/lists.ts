/**
 * Lists against filtering by hand: every model is read once, and a random filter must then find those
 * that the filter written here finds. And pages laid end to end against the whole list, while models
 * are added.
 */

import { writeRecords } from "../../../src/db/catalog.ts";
import { connect } from "../../../src/db/client.ts";
import { madeUp } from "../served.ts";
import { dataOf } from "./ask.ts";
import type { Random } from "./question.ts";

interface Model {
  slug: string;
  downloads: number;
  likes: number;
  contextLength: number | null;
  languages: string[] | null;
  tags: string[] | null;
  organization: { slug: string };
  family: { slug: string } | null;
  license: { id: string; commercialUse: boolean | null } | null;
}

interface Page<T> {
  models: { totalCount: number; nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const FIELDS = `slug downloads likes contextLength languages tags organization { slug }
  family { slug } license { id commercialUse }`;
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

type Condition = { filter: object; holds: (model: Model) => boolean };

/** A condition as a filter and as a function. */
function condition(random: Random, models: readonly Model[]): Condition {
  const some = () => models[Math.floor(random() * models.length)]!;
  const among = <T>(read: (model: Model) => T | null | undefined) =>
    [read(some()), read(some())].filter((value) => value != null) as T[];
  const range = (read: (model: Model) => number | null) => {
    const [a = 0, b = 0] = among(read);
    return { min: Math.min(a, b), max: Math.max(a, b) };
  };
  const within = (value: number | null, { min, max }: { min: number; max: number }) =>
    value !== null && value >= min && value <= max;
  const overlaps = (values: string[] | null, wanted: string[]) =>
    wanted.some((value) => values?.includes(value));
  const kinds: (() => Condition)[] = [
    () => {
      const organizations = among((model) => model.organization.slug);
      return {
        filter: { organizations },
        holds: (model) => organizations.includes(model.organization.slug),
      };
    },
    () => {
      const families = among((model) => model.family?.slug);
      return {
        filter: { families },
        holds: (model) => families.includes(model.family?.slug ?? ""),
      };
    },
    () => {
      const licenses = among((model) => model.license?.id);
      return { filter: { licenses }, holds: (model) => licenses.includes(model.license?.id ?? "") };
    },
    () => {
      const languages = among((model) => model.languages?.[0]);
      return { filter: { languages }, holds: (model) => overlaps(model.languages, languages) };
    },
    () => {
      const tags = among((model) => model.tags?.[0]);
      return { filter: { tags }, holds: (model) => overlaps(model.tags, tags) };
    },
    () => {
      const downloads = range((model) => model.downloads);
      return { filter: { downloads }, holds: (model) => within(model.downloads, downloads) };
    },
    () => {
      const contextLength = range((model) => model.contextLength);
      contextLength.min = Math.max(contextLength.min, 1);
      return {
        filter: { contextLength },
        holds: (model) => within(model.contextLength, contextLength),
      };
    },
    () => {
      const commercialUse = random() < 0.5;
      return {
        filter: { commercialUse },
        holds: (model) => model.license?.commercialUse === commercialUse,
      };
    },
  ];
  return kinds[Math.floor(random() * kinds.length)]!();
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
    const conditions = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      condition(random, models),
    );
    const filter = Object.assign({}, ...conditions.map((one) => one.filter)) as object;
    // Of two conditions on one field the later stands, as in the filter.
    const last = new Map(conditions.map((one) => [Object.keys(one.filter)[0], one]));
    const holding = [...last.values()].filter(({ filter }) => {
      const [values] = Object.values(filter);
      return !(Array.isArray(values) && values.length === 0);
    });
    if (holding.length < last.size) continue; // an empty list has a meaning of its own
    const expected = models.filter((model) => holding.every(({ holds }) => holds(model)));
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
