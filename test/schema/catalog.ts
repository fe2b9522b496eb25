/**
 * A database with a dozen real models in it, and a way to ask the schema about them that counts the
 * SQL statements. The models are lines of the bundled snapshot, frozen under test/fixtures so that a
 * newer snapshot does not change what these tests say; their download counts are made up.
 */
import { fileURLToPath } from "node:url";
import { type ExecutionResult, graphql } from "graphql";
import { afterAll, beforeAll } from "vitest";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { type Connection, connect, type Database } from "../../src/db/client.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import type { HttpClient } from "../../src/ingest/http/client.ts";
import { runSource } from "../../src/ingest/runner.ts";
import type { Source } from "../../src/ingest/source.ts";
import { editorialSource } from "../../src/ingest/sources/editorial.ts";
import { overridesSource } from "../../src/ingest/sources/overrides/index.ts";
import { snapshotSource } from "../../src/ingest/sources/snapshot.ts";
import { silentLog } from "../../src/log.ts";
import type { SchemaContext } from "../../src/schema/context.ts";
import { schema } from "../../src/schema/index.ts";
import { useTestDatabase } from "../helpers/database.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/catalog/models.ndjson", import.meta.url));

/** What a client gets: parsed JSON, read by path. */
type Data = ReturnType<typeof JSON.parse>;

export interface Catalog {
  readonly db: Database;
  readonly feed: EventFeed;
  /** A context for one request. */
  context(): SchemaContext;
  /** The data of an operation; throws when there are errors. */
  ask(source: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The whole answer, errors included. */
  answer(source: string, variables?: Record<string, unknown>): Promise<ExecutionResult<Data>>;
  /** SQL statements of the last `ask` or `answer`. */
  readonly statements: string[];
}

/** The whole catalog that comes with the program, read as at a first start. */
export const BUNDLED: readonly Source[] = [editorialSource(), overridesSource(), snapshotSource()];

/** Fills a database before the tests of a file. */
export function useCatalog(sources: readonly Source[] = [snapshotSource(FIXTURE)]): Catalog {
  const database = useTestDatabase();
  const statements: string[] = [];
  let connection: Connection;
  let feed: EventFeed;

  beforeAll(async () => {
    const onQuery = (query: string) => void statements.push(query);
    connection = connect({ url: database.url, onQuery });
    feed = await openFeed({ db: connection.db, log: silentLog });
    const { signal } = new AbortController();
    // All are files: nothing is fetched.
    const http = {} as HttpClient;
    const deps = { db: connection.db, http, log: silentLog, signal };
    for (const source of sources) await runSource(source, deps);
  });
  afterAll(async () => {
    await feed?.close();
    await connection?.close();
  });

  const context = (): SchemaContext => ({
    db: connection.db,
    feed,
    log: silentLog,
    readConfig: readPastedConfig,
  });
  const answer: Catalog["answer"] = (source, variableValues) => {
    statements.length = 0;
    return graphql({ schema, source, variableValues, contextValue: context() });
  };
  return {
    get db() {
      return connection.db;
    },
    get feed() {
      return feed;
    },
    context,
    answer,
    async ask(source, variables) {
      const { data, errors } = await answer(source, variables);
      if (errors) throw errors[0];
      return JSON.parse(JSON.stringify(data));
    },
    statements,
  };
}
