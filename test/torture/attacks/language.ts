/** Documents and values that lexers, parsers and coercions disagree about. */
import { type Attack, ask, attacks, body, each } from "./attack.ts";

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(" ");
const AN_ERROR = /^(200|400) .*"errors"/s;
const models = (filter: string) => ask(`{ models(first: 1, filter: ${filter}) { totalCount } }`);

export const language: Attack[] = [
  ...attacks("letters of a document", {
    ...each(
      [
        "{ catalog\u0000Version }",
        "{ catalogVersiоn }",
        "{ \u202ecatalogVersion }",
        '{ model(slug: "\\uD800") { slug } }',
        '{ model(slug: "\\u{110000}") { slug } }',
        '{ model(slug: "\\x41") { slug } }',
        '{ model(slug: "a\nb") { slug } }',
        "{ models(first: 007) { totalCount } }",
        "{ models(first: 1e99999) { totalCount } }",
        "{ models(first: 0x1) { totalCount } }",
        "{ models(first: 1_000) { totalCount } }",
        "{ models(first: .5) { totalCount } }",
        '{ model(slug: """) { slug } }',
        "{ ...on }",
        "{ on: catalogVersion ...on Query { catalogVersion } ...",
        "query query query",
        "{ catalogVersion } }",
        "{ catalogVersion } garbage",
        "&",
        "subscription",
        "{ }",
      ],
      (query) => ({ ...ask(query), always: AN_ERROR }),
      (query) => JSON.stringify(query).slice(0, 50),
    ),
    "a byte order mark in the middle": { ...ask("{ \uFEFF catalogVersion }"), always: /^200/ },
    "line ends of every kind": { ...ask("{\r\r\n\u2028catalogVersion\n\r}"), never: /^5/ },
    "a comment that hides the rest": { ...ask("{ catalogVersion #\r}"), always: /^200/ },
  }),
  ...attacks("values of a document", {
    "one key twice": { ...models('{ search: "a", search: "b" }'), always: AN_ERROR },
    "a variable in a variable's default": {
      ...ask("query ($a: Int = $b, $b: Int) { models(first: $a) { totalCount } }"),
      always: AN_ERROR,
    },
    "one variable twice": {
      ...ask("query ($a: Int, $a: Int) { models(first: $a) { totalCount } }"),
      always: AN_ERROR,
    },
    "lists of lists of lists": {
      ...ask("query ($a: [[[[[[Int]]]]]]) { models(first: $a) { totalCount } }", {
        a: [[[[[[1]]]]]],
      }),
      always: AN_ERROR,
    },
    "defaults without end": ask(
      `query (${repeat(200, (n) => `$v${n}: [String!] = ["${"x".repeat(90)}"]`)}) { catalogVersion }`,
    ),
    "a variable of an output type": {
      ...ask("query ($a: Model) { catalogVersion }", { a: {} }),
      always: AN_ERROR,
    },
    "an enum as a text": {
      ...ask('{ models(orderBy: { field: "NAME" }) { totalCount } }'),
      always: AN_ERROR,
    },
    "null where none may be": { ...ask("{ node(id: null) { id } }"), always: AN_ERROR },
    "an object with a list's index": { ...models('{ tags: { 0: "a" } }'), always: AN_ERROR },
    "a name of another prototype": { ...models("{ __proto__: { search: 1 } }"), always: AN_ERROR },
    ...each(
      [
        "9007199254740993",
        "-9223372036854775809",
        "1e20",
        "1.0000000000000001",
        '"1e3"',
        '" 7 "',
        '""',
        "true",
        "[1, 2]",
      ],
      (min) => ({ ...models(`{ downloads: { min: ${min} } }`), never: /^5|Infinity|NaN/ }),
      (min) => `at least ${min} downloads`,
    ),
    ...each(
      ["0", "-0.0", "1e-320", "1.7976931348623157e308", "1e999"],
      (gib) => ({
        ...ask(
          `{ longestContexts(on: { memoryGib: ${gib} }, quant: Q4_K_M, first: 1) { contextTokens } }`,
        ),
        never: /^5|Infinity|NaN/,
      }),
      (gib) => `memory of ${gib} GiB`,
    ),
  }),
  ...attacks("operation", {
    "a name that is not there": {
      ...ask("query a { __typename }", undefined, { operationName: "b" }),
      always: /"errors"/,
    },
    "two without a name to choose": {
      ...ask("query a { __typename } query b { catalogVersion }"),
      always: /"errors"/,
    },
    "two of one name": {
      ...ask("query a { __typename } query a { catalogVersion }", undefined, {
        operationName: "a",
      }),
      always: /"errors"/,
    },
    "one without a name among others": {
      ...ask("{ __typename } query b { catalogVersion }", undefined, { operationName: "b" }),
      always: /"errors"/,
    },
    "a name of another prototype": {
      ...ask("query a { __typename }", undefined, { operationName: "__proto__" }),
      always: /"errors"/,
    },
    "a mutation behind the name of a query": {
      ...ask(
        'query a { __typename } mutation b { syncSource(source: "hugging-face") { __typename } }',
        undefined,
        { operationName: "b" },
      ),
      never: /"syncSource":{/,
    },
    "a mutation among queries": {
      ...ask(
        'query a { __typename } mutation b { syncSource(source: "hugging-face") { __typename } }',
        undefined,
        { operationName: "a" },
      ),
      never: /"syncSource":{/,
    },
    "fragments alone": { ...ask("fragment f on Query { catalogVersion }"), always: /"errors"/ },
    "an empty name": ask("query a { __typename }", undefined, { operationName: "" }),
    "names in another alphabet": {
      ...ask("query ä { __typename }", undefined, { operationName: "ä" }),
      always: /"errors"/,
    },
  }),
  ...attacks("extensions", {
    "two hundred kilobytes": ask("{ catalogVersion }", undefined, {
      extensions: { a: "x".repeat(200_000) },
    }),
    "ten thousand keys": ask("{ catalogVersion }", undefined, {
      extensions: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n])),
    }),
    "twenty thousand deep": body(
      `{"query":"{ catalogVersion }","extensions":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`,
    ),
    "asking for what servers tell": {
      ...ask("{ catalogVersion }", undefined, {
        extensions: { tracing: true, debug: true, explain: true, cost: { limit: 1e9 } },
      }),
      never: /select |"plan"|1000000000/i,
    },
    "a limit of one's own": {
      ...ask(
        "{ models(first: 100) { nodes { siblings(first: 100) { siblings(first: 100) { slug } } } } }",
        undefined,
        { extensions: { cost: { limit: 1e9, requested: 1 }, complexity: 1e9 } },
      ),
      always: /COST_LIMIT_EXCEEDED/,
    },
    "of another prototype": body(
      '{"query":"{ catalogVersion }","extensions":{"__proto__":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}}',
    ),
  }),
];
