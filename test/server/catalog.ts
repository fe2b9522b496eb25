/** A server of the catalog's own schema over a database with a few models, for tests of the whole. */
import { afterAll, beforeAll } from "vitest";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import type { CatalogRecord } from "../../src/db/records.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

/** The models that the example operations name. */
const MODELS = ["deepseek-ai/DeepSeek-V3", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-32B"];

export interface CatalogServer {
  readonly url: string;
  /** Writes a model as a source would, and so makes an event. */
  addModel(huggingFaceId: string, facts?: CatalogRecord["facts"]): Promise<void>;
  /** Every statement sent to the database for the server so far. */
  readonly statements: string[];
  readonly databaseUrl: string;
  /** Starts one more server over the same catalog, to be closed by the test. */
  another(options: Partial<ServerOptions>): Promise<RunningServer>;
}

/** Starts the server before the tests of a file and stops it after them. */
export function useCatalogServer(): CatalogServer {
  const database = useTestDatabase();
  const statements: string[] = [];
  let connection: Connection;
  let feed: EventFeed;
  let server: RunningServer;

  const addModels = (ids: string[]) =>
    writeRecords(
      connection.db,
      "test",
      ids.map((id) => modelRecord(id)),
    );

  const start = (options: Partial<ServerOptions> = {}) =>
    startServer({
      host: "127.0.0.1",
      port: 0,
      db: connection.db,
      feed,
      log: silentLog,
      readConfig: readPastedConfig,
      ...options,
    });

  beforeAll(async () => {
    connection = connect({
      url: database.url,
      onQuery: (statement) => statements.push(statement),
    });
    feed = await openFeed({ db: connection.db, log: silentLog });
    await addModels(MODELS);
    server = await start();
  });
  afterAll(async () => {
    await server?.close();
    await feed?.close();
    await connection?.close();
  });

  return {
    statements,
    another: start,
    get databaseUrl() {
      return database.url;
    },
    get url() {
      return server.url;
    },
    async addModel(huggingFaceId, facts) {
      await writeRecords(connection.db, "test", [modelRecord(huggingFaceId, { facts })]);
    },
  };
}
