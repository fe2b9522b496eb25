/** Bodies that are not what their headers say, or much more than they seem. */
import { gzipSync } from "node:zlib";
import { type Attack, ask, attacks, body, each, get } from "../attack.ts";
import { JSON_BODY, MUTATION, VERSION } from "./common.ts";

export const content: Attack[] = [
  ...attacks("content type", {
    "text/plain": body(JSON_BODY, "text/plain"),
    "a form": body(`query=${encodeURIComponent(VERSION)}`, "application/x-www-form-urlencoded"),
    "a mutation in a form": body(
      `query=${encodeURIComponent(MUTATION)}`,
      "application/x-www-form-urlencoded",
    ),
    "an upload": body(
      `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON_BODY}\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["__proto__.x"]}\r\n--b--\r\n`,
      "multipart/form-data; boundary=b",
    ),
    "application/graphql": body(VERSION, "application/graphql"),
    XML: body(
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
      "application/xml",
    ),
    none: { method: "POST", body: JSON_BODY },
    nonsense: body(JSON_BODY, "application/json;;;=,\"'"),
    "another alphabet": body(Buffer.from(JSON_BODY, "utf16le"), "application/json; charset=utf-16"),
    "a byte order mark": body(`\uFEFF${JSON_BODY}`),
    "bytes that are no text": body(Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d])),
    "JSON that is cut": body(JSON_BODY.slice(0, -2)),
    "more after JSON": body(`${JSON_BODY}{}`),
    ...each(
      ["", "null", "true", "7", '"x"', "{}"],
      body,
      (text) => `the body ${text || "of nothing"}`,
    ),
    "JSON ten thousand deep": body(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
  }),
  ...attacks("content encoding", {
    "a bomb of gzip": {
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(Buffer.alloc(50_000_000, 32), { level: 9 }),
    },
    ...each(["gzip", "br", "deflate", "zstd", "x", "gzip, gzip, gzip"], (coding) => ({
      headers: { "content-type": "application/json", "content-encoding": coding },
      body: JSON_BODY,
    })),
    "a type of the answer that is none": {
      ...ask(VERSION),
      headers: { "content-type": "application/json", accept: "application/x-nothing" },
    },
    "two thousand types": { ...get(VERSION), headers: { accept: "a/b;q=0.1,".repeat(1500) } },
    "encodings of the answer": {
      ...get(VERSION),
      headers: { "accept-encoding": `${"gzip;q=0.0001,".repeat(900)}br` },
    },
  }),
];
