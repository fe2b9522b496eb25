/** Whatever an answer is kept and found by: keys, tags and hashes. */
import { type Attack, ask, attacks, each, get } from "../attack.ts";
import { MUTATION, persisted, sha, VERSION } from "./common.ts";

export const caches: Attack[] = [
  ...attacks("cache", {
    ...each(
      [
        "x-forwarded-host",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-proto",
        "x-host",
        "forwarded",
        "accept-language",
        "x-http-method",
        "user-agent",
      ],
      (name) => ({ ...get("{ __typename }"), headers: { [name]: "evil.example\"'<script>" } }),
      (name) => `the header ${name}`,
    ),
    "the query twice": {
      method: "GET",
      path: `/graphql?query=${encodeURIComponent("{ __typename }")}&query=${encodeURIComponent(VERSION)}`,
    },
    "the query in two places": {
      ...ask("{ __typename }"),
      path: `/graphql?query=${encodeURIComponent(VERSION)}`,
    },
    "the name in two places": {
      ...ask("query a { __typename } query b { catalogVersion }", undefined, {
        operationName: "a",
      }),
      path: "/graphql?operationName=b",
    },
    "variables in another order": get(
      "query ($a: Int, $b: Int) { models(first: $a, last: $b) { totalCount } }",
      { variables: '{"b":null,"a":1}' },
    ),
    "variables that are no JSON": get(VERSION, { variables: "{" }),
    "a key with a separator": get("{ __typename }", { operationName: 'x","y' }),
    "a NUL between": { method: "GET", path: "/graphql?query=%7B__typename%7D%00&variables=%00" },
    "bad escapes": { method: "GET", path: "/graphql?query=%E0%A4%A&variables=%" },
    "plus for a blank": { method: "GET", path: "/graphql?query={+__typename+}" },
    "a semicolon for an ampersand": {
      method: "GET",
      path: "/graphql;query=x?query=%7B__typename%7D;variables=1",
    },
    "five hundred texts of one question": {
      ...get(`{ __typename } #${"x".repeat(4000)}`),
      times: 20,
    },
    "a version of the future": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "x-plimsoll-min-version": "999999999999" },
    },
    "a version that is none": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "x-plimsoll-min-version": "-1e9, {}" },
    },
    "cache control of the client": {
      ...get(VERSION),
      headers: { "cache-control": "no-store, max-age=0", pragma: "no-cache" },
    },
    "an error, which must not be kept": get('{ model(slug: "a", huggingFaceId: "b") { slug } }'),
  }),
  ...attacks("entity tag", {
    ...each(
      ["*", "", '"', 'W/"', '""', "x", '"a", W/"b", *', `"${"x".repeat(8000)}"`],
      (tag) => ({ ...get(VERSION), headers: { "if-none-match": tag } }),
      (tag) => `If-None-Match ${tag.slice(0, 20)}`,
    ),
    "fifteen hundred tags": {
      ...get(VERSION),
      headers: { "if-none-match": '"abcdefghij",'.repeat(1500) },
    },
    "of an error": { ...get("{ nothing }"), headers: { "if-none-match": "*" } },
    "of a POST": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", "if-none-match": "*" },
    },
    "of a mutation": { ...get(MUTATION), headers: { "if-none-match": "*" } },
    "a precondition": {
      ...get(VERSION),
      headers: {
        "if-match": '"x"',
        "if-modified-since": "Thu, 01 Jan 2099 00:00:00 GMT",
        range: "bytes=0-1",
      },
    },
  }),
  ...attacks("persisted query", {
    "a hash without a query": persisted(sha("never seen")),
    "a hash of another query": persisted(sha("{ __typename }"), VERSION),
    "a hash that is none": persisted("__proto__"),
    "a hash of hundred kilobytes": persisted("a".repeat(100_000)),
    "a hash as an object": persisted({ $ne: 1 }),
    "another version": persisted(sha(VERSION), VERSION, 2),
    "no version": persisted(sha(VERSION), VERSION, null),
    "not an object": {
      headers: { "content-type": "application/json" },
      body: '{"extensions":{"persistedQuery":[]}}',
    },
    "a query that is wrong": persisted(sha("{ nothing }"), "{ nothing }"),
    "a query that is cut": persisted(sha("{"), "{"),
    "hundred to remember": { ...persisted(sha(`${VERSION}#1`), `${VERSION}#1`), times: 100 },
    "by GET": {
      method: "GET",
      path: `/graphql?extensions=${encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash: sha("x") } }))}`,
    },
    "a document id": {
      headers: { "content-type": "application/json" },
      body: '{"documentId":"../../../etc/passwd"}',
    },
  }),
];
