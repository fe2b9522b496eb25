/**
 * Documents that are named rather than sent. Trusted documents come from a manifest, known before the
 * server starts; automatic persisted queries are registered by the first client that sends one with
 * its hash. An id is looked for among the trusted documents first, so the two do not clash.
 */
import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { MAX_BODY_BYTES } from "./limits.ts";
import type { Params } from "./params.ts";
import type { Refusal } from "./refusal.ts";

const MAX_REGISTERED = 1_000;
/** Characters of all the registered documents together. */
const MAX_CHARACTERS = 32 * MAX_BODY_BYTES;

export interface PersistedOptions {
  /** Id and document; null where there is no manifest. */
  trusted: ReadonlyMap<string, string> | null;
  /** True: no other document is run. */
  trustedOnly: boolean;
}

export interface PersistedDocuments {
  /** Differs between manifests, in which the same id may name different documents. */
  readonly manifest: string;
  /** The text to run. */
  resolve(params: Partial<Params>): string | Refusal;
  /** Keeps a valid document under the hash that was sent with it. */
  register(params: Params): void;
  /** Whether a text may be run at all. */
  allows(text: string): boolean;
}

export function createPersistedDocuments(options: PersistedOptions): PersistedDocuments {
  const trusted = options.trusted ?? new Map<string, string>();
  const texts = new Set(trusted.values());
  const registered = new LRUCache<string, string>({
    max: MAX_REGISTERED,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (text) => text.length,
  });
  const allows = (text: string) => !options.trustedOnly || texts.has(text);

  function resolve(params: Partial<Params>): string | Refusal {
    const { query, documentId } = params;
    if (documentId !== undefined) return query === undefined ? byId(documentId) : BOTH;
    const persisted = params.extensions?.persistedQuery;
    if (persisted !== undefined && persisted !== null) {
      const sha256 = hashOf(persisted);
      if (sha256 === null) return NOT_SUPPORTED;
      if (query === undefined) return trusted.get(sha256) ?? byHash(sha256);
      if (!hasHash(query, sha256)) return MISMATCH;
    }
    if (query === undefined) return MISSING;
    return allows(query) ? query : NOT_TRUSTED;
  }

  const byId = (id: string) => trusted.get(id) ?? unknownId(id);
  const byHash = (sha256: string) =>
    options.trustedOnly ? unknownId(sha256) : (registered.get(sha256) ?? NOT_FOUND);

  /** Hashing costs more than looking whether this text is already known by this hash. */
  const hasHash = (text: string, sha256: string) =>
    registered.peek(sha256) === text || hash("sha256", text) === sha256;

  return {
    manifest: hash("sha256", JSON.stringify([...trusted])),
    resolve,
    register({ query, extensions }) {
      const sha256 = hashOf(extensions?.persistedQuery);
      if (query !== undefined && sha256 !== null) registered.set(sha256, query);
    },
    allows,
  };
}

/** The hash of an `extensions.persistedQuery`; null when it is of another kind or version. */
function hashOf(persisted: unknown): string | null {
  const { version, sha256Hash } = (persisted ?? {}) as { version?: unknown; sha256Hash?: unknown };
  return version === 1 && typeof sha256Hash === "string" ? sha256Hash : null;
}

// Messages and codes of the first three are those that Apollo's clients look for.
const NOT_FOUND: Refusal = {
  status: 404,
  code: "PERSISTED_QUERY_NOT_FOUND",
  message: "PersistedQueryNotFound",
  wellFormed: true,
};
const NOT_SUPPORTED: Refusal = {
  status: 400,
  code: "PERSISTED_QUERY_NOT_SUPPORTED",
  message: "PersistedQueryNotSupported",
  wellFormed: true,
};
const MISMATCH: Refusal = {
  status: 400,
  code: "PERSISTED_QUERY_MISMATCH",
  message: "The sha256Hash is not that of the query. It must be SHA-256 as lower-case hexadecimal.",
};
const MISSING: Refusal = {
  status: 400,
  code: "BAD_USER_INPUT",
  message: "Must provide query string, or the name of a document.",
};
const BOTH: Refusal = {
  status: 400,
  code: "BAD_USER_INPUT",
  message: "Send either `query` or `documentId`, not both.",
};
export const NOT_TRUSTED: Refusal = {
  status: 403,
  code: "DOCUMENT_NOT_TRUSTED",
  message: "This server runs only the documents of its manifest. Name one with `documentId`.",
  wellFormed: true,
};

function unknownId(id: string): Refusal {
  const shown = id.length > 100 ? `${id.slice(0, 100)}…` : id;
  return {
    status: 404,
    code: "DOCUMENT_NOT_FOUND",
    message: `No trusted document has the id "${shown}".`,
    wellFormed: true,
  };
}
