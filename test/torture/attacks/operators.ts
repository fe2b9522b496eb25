/** Texts that are operators of what might be below: text search, LIKE, regular expressions, JSON paths. */
import { type Attack, ask, attacks, each } from "./attack.ts";

const TEXTS = [
  "a:*",
  "!!!!",
  "<->",
  "((((((((",
  "a & !a",
  "a <2147483647> b",
  "'unclosed",
  "'' | ''",
  "a:ABCD",
  "%",
  "_".repeat(200),
  "%a".repeat(100),
  "\\%\\_\\\\",
  "^(.*)*$",
  "[[:alpha:]]+",
  "\\y\\m\\M",
  "(?i)x",
  "$.** ? (@ > 1)",
  "*",
  "-",
  "- - - -",
  '"exact phrase" -not',
  "７ｂ",
  "7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b 7b",
  "qwen<8b>4b>=2b",
  "1e309b",
  "٣٫٥b",
  "\u0000",
  "ﷺ".repeat(60),
];

const SEARCH = "query ($v: String!) { search(text: $v) { words hits { model { slug } } } }";
const FILTER =
  "query ($v: String!) { models(first: 3, filter: { search: $v, tags: [$v], organizations: [$v] }) { totalCount } facets(search: $v) { __typename } }";
const short = (text: string) => JSON.stringify(text).slice(0, 24);

export const operators: Attack[] = [
  ...attacks(
    "operators in a search",
    each(TEXTS, (v) => ({ ...ask(SEARCH, { v }), never: /syntax error|invalid regular/i }), short),
  ),
  ...attacks(
    "operators in a filter",
    each(TEXTS, (v) => ({ ...ask(FILTER, { v }), never: /syntax error|invalid regular/i }), short),
  ),
];
