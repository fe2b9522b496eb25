/**
 * A sample of the models' names, by which a search knows beforehand that it will find little. How common
 * words are decides which index serves them, so Postgres plans a condition on patterns anew for its
 * values (`prepared.ts`), which takes longer than finding the few models that have rare words. What no
 * name of the sample holds is taken to be rare, and goes by the plan that is kept; in a small catalog,
 * of which the sample says little, any plan is quick. It decides how a search is run, never what it finds.
 */
import { sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { LISTED, models, SAMPLED } from "./tables.ts";

/** Milliseconds after which it is read again. */
const FRESH_MS = 60_000;
/** Looking through as many takes 18 to 60 µs. */
const MOST_NAMES = 1_000;
/** Shorter words stand in no index of three letters at a time. */
const INDEXED_LETTERS = 3;

interface NameSample {
  names: readonly string[];
  readAt: number;
}

const samples = new WeakMap<Database, NameSample>();

/** Whether hardly any model has all the words, and an index finds those; false while nobody knows. */
export function areRare(db: Database, words: readonly string[]): boolean {
  if (!words.some((word) => word.length >= INDEXED_LETTERS)) return false;
  const { names } = sampleOf(db);
  return names.length > 0 && !names.some((name) => words.every((word) => name.includes(word)));
}

/** Nobody waits for the sample: until it has been read, every search is planned. */
function sampleOf(db: Database): NameSample {
  const sample = samples.get(db) ?? { names: [], readAt: Number.NEGATIVE_INFINITY };
  samples.set(db, sample);
  if (performance.now() - sample.readAt > FRESH_MS) {
    sample.readAt = performance.now();
    readNames(db).then(
      (names) => {
        sample.names = names;
      },
      () => {}, // the search itself says what is wrong with the database
    );
  }
  return sample;
}

/** Of a large catalog a part that is spread evenly, as the index has them in their order. */
export async function readNames(db: Database): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(
    sql`select ${models.searchText} as name from ${models} where ${LISTED} and ${SAMPLED} order by 1`,
  );
  const every = Math.ceil(rows.length / MOST_NAMES);
  return rows.filter((_row, index) => index % every === 0).map(({ name }) => name);
}
