/**
 * How well a model answers a search, in SQL. Each word counts for itself: whole, as a beginning,
 * inside another word, in the description, or misspelt; the score is their mean. Which models are
 * scored at all is decided in `search-candidates.ts`.
 */
import { type SQL, sql } from "drizzle-orm";
import type { models } from "../db/tables.ts";

type ModelTable = typeof models;

/** Below this mean, a model has little to do with the words. */
export const LEAST_SCORE = 0.4;

export const escapeLike = (word: string) => word.replace(/[\\%_]/g, "\\$&");
const escapeRegex = (word: string) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&");

/** Where a word may begin: digits follow letters in names (`qwen3.5`), but not other digits. */
function startOf(word: string): string {
  return /^\d/.test(word) ? "(^|[^0-9.])" : "(^|[^a-z])";
}

/** Where it may end. */
function endOf(word: string): string {
  return /\d$/.test(word) ? "($|[^0-9.])" : "($|[^a-z0-9])";
}

export const documentOf = (table: ModelTable) =>
  sql`to_tsvector('english', coalesce(${table.description}, ''))`;

/** From 0 to 1: how well the model answers all words together. */
export function searchScore(table: ModelTable, words: string[]): SQL<number> {
  if (words.length === 0) return sql`1::float8`;
  const scores = words.map((word) => wordScore(table, word));
  return sql`((${sql.join(scores, sql` + `)}) / ${sql.raw(String(words.length))}::float8)`;
}

function wordScore(table: ModelTable, word: string): SQL {
  const text = table.searchText;
  const begins = startOf(word) + escapeRegex(word);
  return sql`(case when ${text} ~ ${begins + endOf(word)} then 1.0
    when ${text} ~ ${begins} then 0.9
    when ${text} like ${`%${escapeLike(word)}%`} then 0.6
    when ${documentOf(table)} @@ plainto_tsquery('english', ${word}) then 0.5
    else 0.8 * word_similarity(${word}, ${text}) end)`.inlineParams();
}
