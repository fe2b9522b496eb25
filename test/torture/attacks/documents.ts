/** Documents that are too deep, too broad, too long, or that multiply what they ask for. */
import { type Attack, ask, attacks, body, each, get, nest } from "./attack.ts";

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(" ");

const EXPENSIVE = `models(first: 100, filter: { search: "qwen instruct" }) { totalCount nodes { slug
  vramTable(quants: [Q4_K_M, Q8_0], ctxs: [4096, 131072]) { quantization { name } } } }`;

/** Its cost is near the limit of 10,000 without passing it. */
const JUST_UNDER = `{ models(first: 100) { nodes { slug name description tags languages useCases
  siblings(first: 5) { slug name downloads likes } specification { label } provenance { fact } } } }`;

export const documents: Attack[] = [
  ...attacks(
    "depth",
    each([13, 50, 200, 1000], (depth) =>
      ask(`{ model(slug: "x") ${nest(depth, "{ base ", "{ slug }", " }")} }`),
    ),
  ),
  ...attacks("depth", {
    "through a cycle of types": ask(
      `{ families { nodes ${nest(6, "{ models { nodes { family ", "{ slug }", " } } }")} } }`,
    ),
    "ten thousand braces": ask("{".repeat(10_000)),
    "ten thousand brackets in an argument": ask(`{ compare(models: ${"[".repeat(10_000)}`),
    "an object nested in itself": ask(
      `{ models(filter: ${nest(900, "{ fits: ", "{}", " }")}) { totalCount } }`,
    ),
    "inline fragments in each other": ask(
      `{ ${nest(600, "... on Query { ", "catalogVersion", " }")} }`,
    ),
    "introspection in itself": ask(
      `{ __schema { types ${nest(40, "{ fields { type ", "{ name }", " } }")} } }`,
    ),
    "ofType without end": ask(
      `{ __type(name: "Query") ${nest(300, "{ ofType ", "{ name }", " }")} }`,
    ),
  }),
  ...attacks(
    "breadth",
    each([1000, 1990, 20_000], (count) => ask(`{ ${"catalogVersion ".repeat(count)} }`)),
  ),
  ...attacks("breadth", {
    "every field of a page, again and again": ask(
      `{ models(first: 100) { nodes { ${"slug name license { spdxId } ".repeat(150)} } } }`,
    ),
    "hundred kilobytes of commas": ask(`{ ${",".repeat(100_000)} catalogVersion }`),
    "hundred kilobytes of comments": ask(`{ catalogVersion } #${"x".repeat(100_000)}`),
    "many operations": ask(
      repeat(300, (n) => `query q${n} { catalogVersion }`),
      undefined,
      { operationName: "q7" },
    ),
    "a name of hundred kilobytes": ask(`query ${"n".repeat(100_000)} { catalogVersion }`),
    "a string of hundred kilobytes": ask(`{ model(slug: "${"s".repeat(100_000)}") { slug } }`),
    "a block string of hundred kilobytes": ask(
      `{ model(slug: """${"\n ".repeat(50_000)}""") { slug } }`,
    ),
  }),
  ...attacks(
    "aliases",
    each([61, 500, 1900], (count) => ask(`{ ${repeat(count, (n) => `a${n}: catalogVersion`)} }`)),
  ),
  ...attacks("aliases", {
    "sixty expensive lists": ask(`{ ${repeat(60, (n) => `a${n}: ${EXPENSIVE}`)} }`),
    "sixty searches": ask(
      `{ ${repeat(60, (n) => `a${n}: search(text: "qwen ${n} chat instruct") { words }`)} }`,
    ),
    "the same name for two fields": ask("{ a: catalogVersion a: hardwareTiers { label } }"),
    "names that mean something in JavaScript": ask(
      "{ __proto__: catalogVersion constructor: catalogVersion toString: catalogVersion then: catalogVersion }",
    ),
  }),
  ...attacks("fragments", {
    "one that spreads itself": ask("{ ...f } fragment f on Query { ...f }"),
    "a ring of three": ask(
      "{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a }",
    ),
    "each twice the next": ask(
      `{ ...f0 } ${repeat(40, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f40 on Query { catalogVersion }`,
    ),
    "each ten times the next, over lists": ask(
      `{ models(first: 100) { nodes { ...f0 } } } ${repeat(8, (n) => `fragment f${n} on Model { ${`siblings { ...f${n + 1} } `.repeat(10)} }`)} fragment f8 on Model { slug }`,
    ),
    "five hundred unused": ask(
      `{ catalogVersion } ${repeat(250, (n) => `fragment f${n} on Query { catalogVersion }`)}`,
    ),
    "on a type that is not there": ask("{ ... on Nothing { catalogVersion } }"),
    "two of one name": ask(
      "{ ...f } fragment f on Query { catalogVersion } fragment f on Query { catalogVersion }",
    ),
    "conflicts that take a square of comparisons": ask(
      `{ models { nodes { ${repeat(200, (n) => `... on Model { x: ${n % 2 ? "slug" : "name"} }`)} } } }`,
    ),
    "conflicts between nested fragments": ask(
      `{ ${repeat(60, (n) => `... on Query { models { nodes { ...f${n} } } }`)} } ${repeat(60, (n) => `fragment f${n} on Model { family { models { nodes { slug } } } }`)}`,
    ),
  }),
  ...attacks("directives", {
    "a thousand on one field": ask(`{ catalogVersion ${"@include(if: true) ".repeat(300)} }`),
    "unknown ones": ask(`{ catalogVersion ${"@bomb ".repeat(900)} }`),
    "skip by a variable that is not given": ask(
      "query ($s: Boolean!) { catalogVersion @skip(if: $s) }",
    ),
    "skip everything": ask("{ catalogVersion @skip(if: true) }"),
    defer: ask("{ ... @defer { catalogVersion } }"),
    stream: ask("{ hardwareTiers @stream(initialCount: 0) { label } }"),
    "a directive's definition": ask("directive @x on FIELD { catalogVersion }"),
    "a type's definition": ask("type Query { a: Int } { catalogVersion }"),
  }),
  ...attacks("batches", {
    one: body('[{"query":"{ catalogVersion }"}]'),
    thousand: body(`[${Array(1000).fill('{"query":"{ catalogVersion }"}').join(",")}]`),
    empty: body("[]"),
    "a batch in a batch": body('[[{"query":"{ catalogVersion }"}]]'),
    "a batch of nothing": body("[null, 1, true]"),
  }),
  ...attacks("cost", {
    "just under the limit, thirty at once": { ...ask(JUST_UNDER), times: 30 },
    "just under the limit by other texts": { ...ask(`${JUST_UNDER} #1`), times: 10 },
    "far above the limit": ask(
      "{ models(first: 100) { nodes { siblings(first: 100) { siblings(first: 100) { slug } } } } }",
    ),
    "a table of everything": ask(
      `{ models(first: 100) { nodes { vramTable(quants: [${"Q4_K_M,".repeat(200)}], ctxs: [${"4096,".repeat(200)}]) { quantization { name } } } } }`,
    ),
    "a page size in a variable": ask(
      "query ($n: Int) { models(first: $n) { nodes { siblings(first: $n) { slug } } } }",
      { n: 2_147_483_647 },
    ),
    "long lists of names": ask(
      `{ compare(models: [${'"a",'.repeat(1500)}], quant: Q4_K_M, ctx: 1) { models { slug } } }`,
    ),
    "every facet of every filter": ask("{ facets(first: 1000000) { facet } }"),
    "contexts of everything": ask(
      "{ longestContexts(on: { memoryGib: 1e308 }, quant: Q4_K_M, first: 2147483647) { contextTokens } }",
    ),
  }),
  ...attacks("introspection", {
    "the whole schema, fifty at once": {
      ...get(
        "{ __schema { types { name fields { name args { name type { name } } type { name ofType { name } } } } directives { name } } }",
      ),
      times: 50,
    },
    "with a text of its own each time": {
      ...ask(
        "query IntrospectionQuery { __schema { types { ...T } } } fragment T on __Type { name kind description fields(includeDeprecated: true) { name description args { name description defaultValue } } }",
      ),
      times: 20,
    },
    "type names only": ask(
      `{ ${repeat(50, (n) => `t${n}: __type(name: "Model") { fields { name } }`)} }`,
    ),
    "a type that is not there": ask('{ __type(name: "__proto__") { name } }'),
    "thousand __typename": ask(`{ ${"__typename ".repeat(999)} }`),
  }),
];
