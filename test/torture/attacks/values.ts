/** Values that are too large, too deep, of the wrong kind, or that mean something to what is below. */
import { type Attack, ask, attacks, body, each, nest } from "./attack.ts";

const MODEL = "query ($v: String!) { model(slug: $v) { slug } }";
const SEARCH = "query ($v: String!) { search(text: $v) { words hits { model { slug } } } }";
const FILTER =
  "query ($v: String!) { models(first: 3, filter: { search: $v }) { totalCount nodes { slug } } }";
const LISTS =
  "query ($v: [String!]) { models(first: 3, filter: { families: $v, organizations: $v, licenses: $v, languages: $v, tags: $v, baseModels: $v }) { totalCount } }";
const NODE = "query ($v: ID!) { node(id: $v) { id } }";
const PAGE = "query ($v: String) { models(first: 3, after: $v) { nodes { slug } } }";
const DEEP = body(
  `{"query":"query ($v: ModelFilter) { models(filter: $v) { totalCount } }","variables":{"v":${nest(10_000, '{"fits":', "1", "}")}}}`,
);
const CONFIG = "query ($v: String!) { normalizeConfig(config: $v) { outcome reason } }";

/** Texts that break out of something, or are not quite texts. */
export const NASTY: Record<string, string> = {
  "a quote": "' or '1'='1",
  "a statement": "'; drop table models; --",
  "a dollar quote": "$$; select pg_sleep(10); $$",
  "a backslash": "\\' or 1=1 --",
  "LIKE wildcards": "%_%_%_%_%\\",
  "a text search query": "a & | ! ( ) : * <-> ''",
  "an array literal": '{"a","b}',
  "a regular expression": "(a+)+$([a-z]+)*\\1",
  HTML: "<script>alert(1)</script><img src=x onerror=alert(1)>",
  "a template": ["$", "{7*7}{{7*7}}<%= 7*7 %>#{7*7}"].join(""),
  "a lookup": ["$", "{jndi:ldap://127.0.0.1/a}"].join(""),
  "line ends": "a\r\nSet-Cookie: x=1\r\n\r\n<html>",
  "an escape of a terminal": "\u001b[2J\u001b]0;owned\u0007",
  "right to left": "\u202Egnp.exe\u2066\u200F",
  "a lone surrogate": "\ud800",
  "reversed surrogates": "\udc00\ud800",
  "a NUL": "a\u0000b",
  "all control characters": String.fromCharCode(...Array(32).keys()),
  "a tower of marks": `z${"\u0301".repeat(150)}`,
  "composed and not": "é\u0065\u0301\uFB01",
  "emoji with joiners": "👨‍👩‍👧‍👦".repeat(20),
  "zero width": "\u200B\u200C\u200D\uFEFF".repeat(40),
  "other letters": "ｑｗｅｎ ＱＷＥＮ ⓠⓦⓔⓝ",
  "a Turkish i": "İıI",
  "a path": "../../../../etc/passwd",
  "a file address": "file:///etc/passwd",
  "an address of the inside": "http://169.254.169.254/latest/meta-data/",
  "a property of objects": "__proto__",
  "nothing but blanks": " ".repeat(199),
  "many short words": "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(3),
  "one letter": "a".repeat(199),
  "two letters": "ab".repeat(99),
  "too long": "q".repeat(5_000),
};

const nasty = (query: string, wrap: (text: string) => unknown = (text) => text) =>
  Object.fromEntries(
    Object.entries(NASTY).map(([name, text]) => [name, ask(query, { v: wrap(text) })]),
  );

const base64 = (text: string) => Buffer.from(text).toString("base64");
const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14336,
  vocab_size: 128256,
};
const MANY_KEYS = Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`k${n}`, n]));
const config = (changes: object) => ask(CONFIG, { v: JSON.stringify({ ...LLAMA, ...changes }) });

export const values: Attack[] = [
  ...attacks("text of a slug", nasty(MODEL)),
  ...attacks("text of a search", nasty(SEARCH)),
  ...attacks("text of a filter", nasty(FILTER)),
  ...attacks(
    "texts of a list",
    nasty(LISTS, (text) => [text, text]),
  ),
  ...attacks("id", {
    ...nasty(NODE),
    ...nasty(NODE, (text) => base64(`Model:${text}`)),
    ...each(["Model", "Model:", ":x", "Nothing:x", "Query:x", "constructor:x", "Model:a:b"], (id) =>
      ask(NODE, { v: base64(id) }),
    ),
    "thousand of them": ask("query ($v: [ID!]!) { nodes(ids: $v) { id } }", {
      v: Array(1000).fill(base64("Model:x")),
    }),
    "a long one": ask(NODE, { v: base64(`Model:${"x".repeat(100_000)}`) }),
  }),
  ...attacks("cursor", {
    ...each(
      [
        '["a",1]',
        "[]",
        "null",
        "[1e999]",
        '[{"a":1}]',
        '["x",{"$gt":""}]',
        "[1,2,3,4,5,6,7,8,9]",
        "[null,null]",
        "{",
        '[-9007199254740993,"x"]',
      ],
      (text) => ask(PAGE, { v: base64(`DC:J:${text}`) }),
    ),
    "not base64": ask(PAGE, { v: "%%%" }),
    "of another order": ask(PAGE, { v: base64("DC:S:2024-01-01") }),
    "of a date that is none": ask(PAGE, { v: base64("DC:D:99999999999999999") }),
    "hundred kilobytes": ask(PAGE, { v: base64(`DC:J:["${"x".repeat(100_000)}",1]`) }),
    "deep JSON": ask(PAGE, { v: base64(`DC:J:${nest(20_000, "[", "", "]")}`) }),
    "with a NUL": ask(PAGE, { v: base64('DC:J:[1,"a\\u0000"]') }),
    "after and before at once": ask(
      '{ models(first: 1, after: "x", before: "y") { nodes { slug } } }',
    ),
  }),
  ...attacks("number", {
    ...each([-1, 101, 2_147_483_647, -2_147_483_648, 1.5], (first) =>
      ask("query ($v: Int) { models(first: $v) { nodes { slug } } }", { v: first }),
    ),
    ...each(
      ["1e400", "-0", "0x10", "99999999999999999999", "NaN", "01"],
      (text) =>
        body(
          `{"query":"query ($v: Int) { models(first: $v) { nodes { slug } } }","variables":{"v":${text}}}`,
        ),
      (text) => `written ${text}`,
    ),
    "a BigInt beyond 2^53": ask("query ($v: BigInt) { events(since: $v) { totalCount } }", {
      v: "9".repeat(40),
    }),
    "a negative BigInt": ask("query ($v: BigInt) { events(since: $v) { totalCount } }", { v: -1 }),
    "a range upside down": ask(
      "{ models(filter: { downloads: { min: 10, max: 1 } }) { totalCount } }",
    ),
    "memory of nothing": ask(
      "{ models(filter: { fits: { hardware: { memoryGib: 0 }, quant: Q4_K_M, ctx: 1 } }) { totalCount } }",
    ),
    "memory of everything": ask(
      "{ models(filter: { fits: { hardware: { memoryGib: 1e308 }, quant: Q4_K_M, ctx: 2147483647 } }) { totalCount } }",
    ),
    "overhead without end": ask(
      '{ model(slug: "x") { vram(quant: Q4_K_M, ctx: 1, overhead: 1e308) { total { bytes } } } }',
    ),
    "overhead below nothing": ask(
      '{ model(slug: "x") { vram(quant: Q4_K_M, ctx: 1, overhead: -1) { total { bytes } } } }',
    ),
    "a date that is none": ask(
      '{ models(filter: { released: { from: "2024-02-31" } }) { totalCount } }',
    ),
    "a date of another age": ask(
      '{ models(filter: { released: { from: "-99999-01-01" } }) { totalCount } }',
    ),
  }),
  ...attacks("variables", {
    "two hundred kilobytes": ask(MODEL, { v: "x".repeat(200_000) }),
    "more than a body may have": ask(MODEL, { v: "x".repeat(300_000) }),
    "five thousand that are not declared": ask(
      "{ catalogVersion }",
      Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`v${n}`, n])),
    ),
    "five hundred that are declared": ask(
      `query (${Array.from({ length: 500 }, (_, n) => `$v${n}: Int`).join(" ")}) { catalogVersion }`,
    ),
    "a list of fifty thousand": ask(LISTS, { v: Array(50_000).fill("x") }),
    "ten thousand deep": body(
      `{"query":"{ catalogVersion }","variables":{"v":${nest(10_000, "[", "", "]")}}}`,
    ),
    "an object ten thousand deep": DEEP,
    ...each(
      ["text/event-stream", "multipart/mixed"],
      (accept) => ({
        ...DEEP,
        headers: { ...DEEP.headers, accept },
        always: /DEPTH_LIMIT_EXCEEDED/,
      }),
      (accept) => `an object ten thousand deep, answered as ${accept}`,
    ),
    "a list": body('{"query":"{ catalogVersion }","variables":[1]}'),
    "a text": body('{"query":"{ catalogVersion }","variables":"{}"}'),
    "a number": body('{"query":"{ catalogVersion }","variables":7}'),
    "the query as a number": body('{"query":7}'),
    "the query as an object": body('{"query":{"toString":"x"}}'),
    "the name as an object": body('{"query":"{ catalogVersion }","operationName":{}}'),
    "extensions as a text": body('{"query":"{ catalogVersion }","extensions":"x"}'),
    "a polluted prototype": body(
      '{"query":"query ($v: ModelFilter) { models(filter: $v) { totalCount } }","variables":{"v":{"__proto__":{"search":"x"},"constructor":{"prototype":{"search":"x"}}}}}',
    ),
    "a polluted body": body(
      '{"__proto__":{"query":"{ catalogVersion }"},"constructor":{"prototype":{"admin":true}}}',
    ),
    "keys twice": body('{"query":"{ catalogVersion }","query":"{ __typename }"}'),
    "one of two at once": ask(
      "query ($v: HardwareInput!) { longestContexts(on: $v, quant: Q4_K_M) { contextTokens } }",
      { v: { memoryGib: 1, device: "x" } },
    ),
    "an enum that is none": ask(
      "query ($v: QuantizationName!) { longestContexts(on: { memoryGib: 1 }, quant: $v) { contextTokens } }",
      { v: "constructor" },
    ),
    "devices without end": ask(
      "query ($v: HardwareInput!) { longestContexts(on: $v, quant: Q4_K_M) { contextTokens } }",
      { v: { devices: Array(2000).fill({ device: "x", count: 2147483647 }) } },
    ),
  }),
  ...attacks("pasted config", {
    "not JSON": ask(CONFIG, { v: "{{{" }),
    "deep JSON": ask(CONFIG, { v: nest(60_000, "[", "", "]") }),
    "deep objects": ask(CONFIG, { v: nest(20_000, '{"a":', "1", "}") }),
    "two hundred kilobytes": ask(CONFIG, { v: JSON.stringify({ a: "x".repeat(200_000) }) }),
    "many keys": ask(CONFIG, {
      v: JSON.stringify(MANY_KEYS),
    }),
    "many keys, read under sixty names": ask(
      `query ($v: String!) { ${Array.from({ length: 60 }, (_, n) => `r${n}: normalizeConfig(config: $v) { outcome reason }`).join(" ")} }`,
      { v: JSON.stringify({ ...LLAMA, ...MANY_KEYS }) },
    ),
    polluted: ask(CONFIG, {
      v: `{"__proto__":{"hidden_size":1},"constructor":{"prototype":{}},${JSON.stringify(LLAMA).slice(1)}`,
    }),
    "a billion layers": config({ num_hidden_layers: 1_000_000_000 }),
    "layers without end": config({ num_hidden_layers: 1e308 }),
    "layers below nothing": config({ num_hidden_layers: -1 }),
    "half a layer": config({ num_hidden_layers: 0.5 }),
    "no heads": config({ num_attention_heads: 0, num_key_value_heads: 0 }),
    "a text for a number": config({ hidden_size: "4096" }),
    "a list for a number": config({ hidden_size: [4096] }),
    "forty thousand kinds of layers": config({
      num_hidden_layers: 40_000,
      layer_types: Array(15_000).fill("full_attention"),
    }),
    "a billion experts": config({ num_local_experts: 1e9, num_experts_per_tok: 1e9 }),
    "a vocabulary without end": config({ vocab_size: 2 ** 53 + 2 }),
    "configs in each other": config({ text_config: { text_config: { text_config: LLAMA } } }),
    "the class as an object": config({ architectures: { length: 1e9 } }),
    "the class of Object": config({ architectures: ["constructor"], model_type: "__proto__" }),
    "quantized by nothing": config({
      quantization_config: { quant_method: "__proto__", bits: -1 },
    }),
    NaN: ask(CONFIG, {
      v: '{"architectures":["LlamaForCausalLM"],"hidden_size":NaN,"num_hidden_layers":Infinity}',
    }),
  }),
];
