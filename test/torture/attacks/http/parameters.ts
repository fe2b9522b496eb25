/** The same question told twice, in other places and in other letters; and what proxies would keep of it. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type Attack, ask, attacks, body, each, get } from "../attack.ts";
import { JSON_BODY, persisted, SUBSCRIPTION, sha, VERSION } from "./common.ts";

const TYPE = { "content-type": "application/json" };
const encoded = (coding: string, bytes: Buffer) => ({
  headers: { ...TYPE, "content-encoding": coding },
  body: bytes,
  // Either it is read, or it is refused; a size that explodes is not.
  always: /^(200|4\d\d) /,
});
const BLANKS = Buffer.alloc(30_000_000, 32);
const of = (search: string): Partial<Attack> => ({ method: "GET", path: `/graphql?${search}` });
const Q = encodeURIComponent("{ __typename }");
const evil = (name: string, path = "/"): Partial<Attack> => ({
  method: "GET",
  path,
  headers: { [name]: "evil.example", accept: "text/html" },
  never: /evil\.example/,
});

export const parameters: Attack[] = [
  ...attacks("parameters", {
    "a query as a list": { ...of(`query[]=${Q}`), always: /"errors"/ },
    "a query of another prototype": { ...of(`query[__proto__]=${Q}`), always: /"errors"/ },
    "variables twice": of(`query=${Q}&variables={}&variables={"a":1}`),
    "a name twice": of(`query=${Q}&operationName=a&operationName=b`),
    "names in capitals": { ...of(`QUERY=${Q}`), always: /"errors"/ },
    "escapes in a name": { ...of(`%71uery=${Q}`), always: /^200/ },
    "escapes twice": { ...of(`query=${encodeURIComponent(Q)}`), always: /"errors"/ },
    "five thousand names": of(`query=${Q}&${"a=1&".repeat(5000)}`),
    "a body of a GET": {
      ...of(`query=${Q}`),
      body: JSON_BODY,
      headers: TYPE,
      never: /catalogVersion/,
    },
    "a JSON name in escapes": {
      ...body('{"\\u0071uery":"{ catalogVersion }"}'),
      always: /^200 .*catalogVersion/s,
    },
    "variables twice in JSON": body(
      '{"query":"query ($v: String!) { model(slug: $v) { slug } }","variables":{"v":"a"},"variables":{"v":1}}',
    ),
    "the query once as null": {
      ...body('{"query":"{ catalogVersion }","query":null}'),
      always: /"errors"/,
    },
    "comments in JSON": { ...body('{/**/"query":"{ catalogVersion }"}'), always: /"errors"/ },
    "single quotes": { ...body("{'query':'{ catalogVersion }'}"), always: /"errors"/ },
    "a comma too many": { ...body('{"query":"{ catalogVersion }",}'), always: /"errors"/ },
    "two lines of JSON": { ...body(`${JSON_BODY}\n${JSON_BODY}`), always: /"errors"/ },
    ...each(
      ["utf-7", "utf-16be", "utf-32", "iso-8859-1", "shift_jis", "ebcdic-cp-us", "x".repeat(5_000)],
      (charset) => ({
        ...body(JSON_BODY, `application/json; charset=${charset}`),
        always: /^(200|415|400) /,
      }),
      (charset) => `the charset ${charset.slice(0, 20)}`,
    ),
    "two charsets": body(JSON_BODY, "application/json; charset=utf-8; charset=utf-7"),
    "a boundary in JSON": body(JSON_BODY, "application/json; boundary=x"),
    "a type in capitals": { ...body(JSON_BODY, "APPLICATION/JSON"), always: /^200/ },
    "two types": body(JSON_BODY, "application/json, text/plain"),
  }),
  ...attacks("compressed body", {
    "gzip that is fine": encoded("gzip", gzipSync(JSON_BODY)),
    "a bomb of gzip": encoded("gzip", gzipSync(BLANKS, { level: 9 })),
    "a bomb of brotli": encoded("br", brotliCompressSync(BLANKS)),
    "a bomb of deflate": encoded("deflate", deflateSync(BLANKS, { level: 9 })),
    "a bomb in a bomb": encoded(
      "gzip, gzip",
      gzipSync(gzipSync(BLANKS, { level: 9 }), { level: 9 }),
    ),
    "gzip that is cut": encoded("gzip", gzipSync(JSON_BODY).subarray(0, 20)),
    "gzip and more": encoded("gzip", Buffer.concat([gzipSync(JSON_BODY), Buffer.alloc(9_000, 7)])),
    "a thousand gzips": encoded("gzip", Buffer.concat(Array<Buffer>(1_000).fill(gzipSync(" ")))),
    "a coding of another place": encoded("compress;q=1", Buffer.from(JSON_BODY)),
  }),
  ...attacks("what proxies keep", {
    ...each(
      [
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-prefix",
        "x-forwarded-server",
        "forwarded",
      ],
      (name) => evil(name),
      (name) => `${name} in the page`,
    ),
    "x-forwarded-host in the feed": evil("x-forwarded-host", "/feed.atom"),
    "x-forwarded-host in GraphiQL": evil("x-forwarded-host", "/graphql"),
    "a host in the page": evil("host"),
    "a script in the host": {
      method: "GET",
      path: "/feed.atom",
      headers: { host: 'x"><script>alert(1)</script>' },
      never: /<script>alert/,
    },
    ...each(
      [
        "*/*;q=NaN",
        "text/html;q=2",
        "application/json;q=0",
        "a".repeat(9_000),
        ",,,,",
        "multipart/mixed",
      ],
      (accept) => ({ ...get("{ __typename }"), headers: { accept }, never: /^5/ }),
      (accept) => `Accept ${accept.slice(0, 20)}`,
    ),
    ...each(
      ["constructor", "__proto__", "toString"],
      (accept) => ({ ...get("{ catalogVersion }"), headers: { accept }, always: /^406/ }),
      (accept) => `Accept ${accept}`,
    ),
    "an answer in parts": {
      ...ask("{ ... @defer { catalogVersion } }"),
      headers: { ...TYPE, accept: "multipart/mixed; deferSpec=20220824" },
      never: /^5/,
    },
    "an encoding that is refused": {
      ...get("{ __typename }"),
      headers: { "accept-encoding": "identity;q=0, *;q=0" },
      never: /^5/,
    },
    "a range of the answer": {
      ...get("{ __typename }"),
      headers: { range: `bytes=${"0-1,".repeat(2_000)}0-1`, "if-range": '"x"' },
      always: /^200/,
    },
    "a path that looks like a picture": {
      method: "GET",
      path: `/graphql/x.css?query=${Q}`,
      never: /"data"/,
    },
    "a path with a matrix": { method: "GET", path: `/graphql;a.js?query=${Q}`, never: /"data"/ },
    "a list of tags with a star": {
      ...get("{ __typename }"),
      headers: { "if-none-match": 'W/"x", *, "y"' },
      never: /^5/,
    },
    "a star on what does not exist": {
      method: "GET",
      path: "/nothing",
      headers: { "if-none-match": "*" },
      always: /^404/,
    },
    "a star and a stream": {
      ...get(SUBSCRIPTION),
      headers: { accept: "text/event-stream", "if-none-match": "*" },
      stream: true,
      never: /^304/,
    },
  }),
  ...attacks("flood of hashes", {
    "of queries they are not of": {
      ...persisted(sha("another"), `${VERSION} #flood`),
      times: 300,
      always: /hash/i,
    },
    "that nobody registered": {
      ...persisted(sha("nobody")),
      times: 300,
      always: /PERSISTED_QUERY_NOT_FOUND|PersistedQueryNotFound/,
    },
    "in capitals": { ...persisted(sha(VERSION).toUpperCase(), VERSION), never: /^5/ },
    "of large documents": {
      ...persisted(sha(`${VERSION}#${"x".repeat(200_000)}`), `${VERSION}#${"x".repeat(200_000)}`),
      times: 60,
      never: /^5/,
    },
  }),
];
