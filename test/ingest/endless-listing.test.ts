/** A listing whose every page names a next one. */
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/db/client.ts";
import { createHttpClient } from "../../src/ingest/http/client.ts";
import { MOST_PAGES, runSource } from "../../src/ingest/runner.ts";
import type { Source } from "../../src/ingest/source.ts";
import { silentLog as log } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";

const database = useTestDatabase();

it(`ends after ${MOST_PAGES} pages, and the report says so`, async () => {
  let pages = 0;
  const source: Source = {
    id: "endless",
    title: "Endless",
    version: 1,
    async listPage() {
      pages++;
      const ghost = { externalId: `acme/ghost-${pages}`, code: "NOT_A_MODEL", reason: "a ghost" };
      return { items: [], skipped: [ghost], next: [`page ${pages}`] };
    },
    async read() {
      throw new Error("There is nothing to read.");
    },
  };
  const connection = connect({ url: database.url });
  onTestFinished(() => connection.close());
  const http = createHttpClient({ userAgent: "plimsoll-test", log });
  const { signal } = new AbortController();
  const report = await runSource(source, { db: connection.db, http, log, signal });
  expect(pages).toBe(MOST_PAGES);
  expect(report).toMatchObject({ skipped: MOST_PAGES, reasons: { ENDLESS_LISTING: { count: 1 } } });
});
