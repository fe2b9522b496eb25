/**
 * What a source is: one plain object that can list what an upstream has and read one listed model
 * completely. A source turns bytes into facts and nothing else. Comparing with what is stored,
 * writing, scheduling, retrying a failed job and telling people about it belong to the runner.
 */
import type { CatalogView } from "../db/catalog-view.ts";
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "../db/facts.ts";
import type { Measurement } from "../db/measurements.ts";
import type { Log } from "../log.ts";
import type { HttpClient } from "./http/client.ts";

export interface Source {
  /** Stable key, stored beside every fact: `hugging-face`, `snapshot` … */
  id: string;
  /** Name for people. */
  title: string;
  /** Goes up when the same bytes give other facts: what older versions read is read again. */
  version: number;
  /** The listing carries everything: reading a listed model costs no request. */
  selfContained?: boolean;
  /**
   * People write what it lists, so that an entry which a complete listing lacks was taken out on
   * purpose: what was read of it is taken back.
   */
  retracts?: boolean;
  /**
   * Lists by time of change, so that `since` saves requests, and looks a model up by name. What its
   * complete listing lacks is then looked for by name, and withdrawn when it stays away.
   */
  incremental?: boolean;
  /**
   * One page of what the source lists now. Start with null and follow every cursor in `next`, each
   * on its own and in any order: a page that fails then does not hide the others. Cursors are
   * opaque, may be stored, and never contain a secret. Throws a `PlimsollError`; `retryable` says
   * whether the same call may succeed later.
   */
  listPage(cursor: string | null, context: SourceContext): Promise<ListPage>;
  /**
   * Everything the source knows about one model. What an upstream legitimately answers (gated,
   * missing, unknown architecture) is an outcome; only failures (network, rate limit, an answer
   * that cannot be read) are thrown. With `info: null` (a refresh asked for by name) the source
   * looks the model up itself.
   */
  read(item: ListedModel, context: SourceContext): Promise<SourceRecord>;
}

export interface SourceContext {
  http: HttpClient;
  log: Log;
  /** Aborted on shutdown; every request of the source ends with it. */
  signal: AbortSignal;
  /** ISO time before which nothing needs to be listed again; null or absent asks for everything. */
  since?: string | null;
  /** What the catalog has, for sources that describe the models of others; absent: take everything. */
  catalog?: CatalogView;
  /** What is stored from this source for a model; null when nothing is, or to force a full read. */
  known(externalId: string): Promise<KnownRecord | null>;
}

/** What the runner keeps of the last record with outcome `model`, `partial` or `artifacts`. */
export interface KnownRecord {
  revision: string | null;
  /** The last record's `files`. */
  files: Record<string, string>;
}

export interface ListPage {
  items: ListedModel[];
  /** Entries of this page that were not taken, each with the reason. */
  skipped: SkippedItem[];
  /** Cursors of the pages to list next; empty at the end. */
  next: string[];
  /** Latest change among all entries, taken or not; without it, that of the items counts. */
  newest?: string | null;
}

export interface ListedModel {
  /** The upstream's id, such as `deepseek-ai/DeepSeek-V3`. */
  externalId: string;
  revision: string | null;
  /** ISO time. */
  lastModified: string | null;
  /** What the listing said, JSON-safe, read back only by the same source; null: look it up. */
  info: unknown;
}

export interface SkippedItem {
  /** Null when the entry has no readable id. */
  externalId: string | null;
  /** `NOT_A_LANGUAGE_MODEL`, `NO_CONFIG`, `INVALID_ENTRY` … */
  code: string;
  /** A sentence for people. */
  reason: string;
}

/**
 * `model`: facts with an architecture. `partial`: facts without one; the reason says why.
 * `artifacts`: converted files of another model (`facts.baseModel`), not a model of its own.
 * `notes`: facts that describe a model without making one; they wait until another source has it.
 * `unchanged`: keep what is stored, artifacts too, and lay these facts over it. `refused`: nothing to
 * store.
 */
export type RecordOutcome = "model" | "partial" | "artifacts" | "notes" | "unchanged" | "refused";

/** What an upstream lets us see of a repository. */
export type RepositoryState = "open" | "gated" | "missing" | "private" | "disabled" | "renamed";

export interface SourceRecord {
  externalId: string;
  /** The upstream revision the facts were read at; null where the upstream has none. */
  revision: string | null;
  /** ISO time. */
  fetchedAt: string;
  /** Page for people. */
  url: string;
  outcome: RecordOutcome;
  state: RepositoryState;
  /** The id the repository has now, when `state` is `renamed`; read that one instead. */
  renamedTo: string | null;
  /** Why the outcome is `partial` or `refused`: a sentence for people. The first issue has the code. */
  reason: string | null;
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
  issues: ModelIssue[];
  artifacts: Artifact[];
  /** Memory that people measured; absent: nothing is said about that. */
  measurements?: Measurement[];
  /** Path to content hash of each file read, given back by `known` to save the next read. */
  files: Record<string, string>;
}

/** Weights in one format, as published: all the files that are needed to run it. */
export interface Artifact {
  kind: "safetensors" | "gguf";
  /** The quantization's name as published (`Q4_K_M`, `UD-Q4_K_XL`); null where there is none. */
  label: string | null;
  /** Number of files, shards counted singly. */
  files: number;
  /** Sum over all files. For safetensors the tensor data without the files' headers. */
  bytes: number;
  /** Weights counted by the upstream; null when it does not say. */
  parameters: number | null;
  /** Weights by the type they are stored in, from the files' headers; absent when they were not read. */
  types?: Record<string, number>;
  /** The repository that holds the files. */
  externalId: string;
}
