/** What several of these attacks are made of. */
import { createHash } from "node:crypto";

export const VERSION = "{ catalogVersion }";
export const JSON_BODY = JSON.stringify({ query: VERSION });
export const MUTATION = 'mutation { syncSource(slug: "hugging-face") { __typename } }';
export const EVIL = { origin: "https://evil.example", referer: "https://evil.example/" };
export const SUBSCRIPTION = "subscription { catalogUpdated(after: 0) { number } }";

export const line = (first: string, ...headers: string[]) =>
  `${[first, "Host: x", ...headers].join("\r\n")}\r\n\r\n`;
export const posted = (headers: string[], text = "") =>
  line("POST /graphql HTTP/1.1", ...headers) + text;
export const sha = (text: string) => createHash("sha256").update(text).digest("hex");
export const persisted = (hash: unknown, query?: string, version: unknown = 1) => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query, extensions: { persistedQuery: { version, sha256Hash: hash } } }),
});
