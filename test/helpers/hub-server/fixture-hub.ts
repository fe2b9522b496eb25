/**
 * A source in front of a local Hub, with the context that the runner would give it, for tests. What
 * a test "stored" is a plain map, so that conditional reads can be tried without a database.
 */
import { join } from "node:path";
import { createHttpClient } from "../../../src/ingest/http/client.ts";
import type {
  KnownRecord,
  ListedModel,
  ListPage,
  Source,
  SourceContext,
} from "../../../src/ingest/source.ts";
import {
  createHuggingFaceSource,
  type HuggingFaceOptions,
} from "../../../src/ingest/sources/hugging-face/index.ts";
import { silentLog } from "../../../src/log.ts";
import { reposFromFolder } from "./folder.ts";

/** The repositories of `test/fixtures/hub`. */
export function fixtureRepos() {
  return reposFromFolder(join(import.meta.dirname, "../../fixtures/hub"));
}

export function sourceAt(endpoint: string, options: Partial<HuggingFaceOptions> = {}): Source {
  const defaults = { token: null, organizations: ["*"], limitPerOrganization: 1000, trending: 0 };
  return createHuggingFaceSource({ endpoint, ...defaults, ...options });
}

/** A context whose `known` reads from the given map; requests fail fast. */
export function contextWith(
  known: Map<string, KnownRecord> = new Map(),
  changes: Partial<SourceContext> = {},
): SourceContext {
  return {
    http: createHttpClient({
      userAgent: "plimsoll-test",
      log: silentLog,
      attempts: 2,
      backoffMs: 1,
      maxPauseMs: 2000,
    }),
    log: silentLog,
    signal: new AbortController().signal,
    known: async (externalId) => known.get(externalId) ?? null,
    ...changes,
  };
}

/** Follows every cursor to its end. */
export async function listAll(source: Source, context: SourceContext): Promise<ListPage> {
  const all: ListPage = { items: [], skipped: [], next: [] };
  const cursors: (string | null)[] = [null];
  for (let cursor = cursors.pop(); cursor !== undefined; cursor = cursors.pop()) {
    const page = await source.listPage(cursor, context);
    all.items.push(...page.items);
    all.skipped.push(...page.skipped);
    cursors.push(...page.next);
  }
  return all;
}

/** A model asked for by name, as a refresh does. */
export function byName(externalId: string): ListedModel {
  return { externalId, revision: null, lastModified: null, info: null };
}
