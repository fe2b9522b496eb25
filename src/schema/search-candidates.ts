/**
 * Which models a search scores. A word of a large catalog is in thousands of names, and the score of
 * each would have to be computed to sort by it. So the most downloaded ones that have all words come
 * first, a few times as many as are asked for; where there are too few of those, also models with
 * some of the words, with words that may have been meant, and with the words in their description.
 * Each of these is read from an index, in the order of downloads, and ends after some hundred.
 */
import { and, desc, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { sampledUnder } from "../db/model-count.ts";
import { models, searchWords } from "../db/tables.ts";
import { documentOf, escapeLike } from "./search-rank.ts";

/** Models with all words that are scored, at least, and for each that is asked for. */
const FEWEST = 60;
const PER_HIT = 3;
/** Of each further kind. */
const FURTHER = 100;
/** Words that one may have meant. */
const MEANINGS = 3;
/** So many of the sample have all words that going down the most downloaded ones soon meets enough. */
const FREQUENT = 16;

const { slug, downloads, searchText } = models;
/** Words are written out wherever they stand: a plan is as good as what it knows of them. */
const contains = (text: SQL, words: string[]): SQL =>
  sql
    .join(
      words.map((word) => sql`${text} like ${`%${escapeLike(word)}%`}`),
      sql` and `,
    )
    .inlineParams();
const has = (word: string): SQL => contains(sql`${searchText}`, [word]);

/** Slugs of the most downloaded models under a condition. */
const mostDownloaded = (condition: SQL | undefined, limit: number): SQL =>
  sql`(select ${slug} from ${models} where ${condition}
    order by ${desc(downloads)}, ${desc(slug)} limit ${limit})`;

/**
 * Models that have all words. Words go together, which the planner does not know: in a large catalog
 * it is a sample that decides between going down the most downloaded ones and collecting all.
 */
export function withAllWords(filter: SQL, words: string[], first: number): SQL {
  const limit = Math.max(FEWEST, first * PER_HIT);
  if (words.length === 0) return mostDownloaded(filter, limit);
  const condition = sql`${filter} and ${contains(sql`${searchText}`, words)}`;
  // No index serves the text behind an operator, so this one is read in the order of downloads.
  const walked = sql`${filter} and ${contains(sql`(${searchText} || '')`, words)}`;
  const sampled = sql`(select number from sampled)`;
  const frequent = sql.raw(String(FREQUENT));
  return sql`(with sampled as materialized (select ${sampledUnder(walked)} as number),
      collected as materialized (select ${slug}, ${downloads} from ${models}
        where ${condition} and ${sampled} < ${frequent})
    ${mostDownloaded(sql`${condition} and ${sampled} is null`, limit)}
    union all ${mostDownloaded(sql`${walked} and ${sampled} >= ${frequent}`, limit)}
    union all (select slug from collected order by downloads desc, slug desc limit ${limit}))`;
}

/** Models that have to do with the words in any other way. */
export async function withSomeWords(
  db: Database,
  filter: SQL,
  words: string[],
  first: number,
): Promise<SQL> {
  const meanings = await meaningsOf(db, words);
  const meant = words.map((word) => meanings.get(word)?.[0] ?? word);
  // Trigrams need three characters; a version number such as `3.5` has none.
  const telling = words.filter((word) => /[\p{L}\p{N}]{3}/u.test(word));
  const asked = (telling.length > 0 ? telling : words).flatMap((word) => [
    word,
    ...(meanings.get(word) ?? []),
  ]);
  const described = words.map((word) =>
    sql`${documentOf(models)} @@ plainto_tsquery('english', ${word})`.inlineParams(),
  );
  const kinds = [
    ...(meanings.size > 0 ? [withAllWords(filter, meant, first)] : []),
    ...asked.map((word) => mostDownloaded(and(filter, has(word)), FURTHER)),
    sql`(select ${slug} from ${models} where ${and(filter, or(...described))} limit ${FURTHER})`,
  ];
  return sql.join(kinds, sql` union `);
}

/** By word: the words of the catalog that may have been meant by it. */
type Meanings = Map<string, string[]>;

/** What misspelt words may mean. A word that is part of one in the catalog is none. */
async function meaningsOf(db: Database, words: string[]): Promise<Meanings> {
  const doubtful = words.filter((word) => /\p{L}{4}/u.test(word));
  if (doubtful.length === 0) return new Map();
  const rows = await db.execute<{ word: string; meant: string[] }>(sql`
    select asked.word, array(
      select ${searchWords.word} from ${searchWords} where asked.word <% ${searchWords.word}
      order by word_similarity(asked.word, ${searchWords.word}) desc, ${searchWords.word}
      limit ${MEANINGS}) as meant
    from unnest(${sql.param(doubtful)}::text[]) as asked(word)
    where not exists (select from ${searchWords}
      where position(asked.word in ${searchWords.word}) > 0)`);
  return new Map(rows.map(({ word, meant }) => [word, meant]));
}
