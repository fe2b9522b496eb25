/**
 * Writes the records of jobs that run at the same time in one transaction. Each job waits until its
 * own record is committed, so nothing is said to be done that a crash could take back.
 */
import type { WriteResult } from "../db/apply-batch.ts";
import { writeRecords } from "../db/catalog.ts";
import type { Database } from "../db/client.ts";
import type { CatalogRecord } from "../db/records.ts";
import type { RecordWriter } from "./steps.ts";

interface Waiting {
  records: CatalogRecord[];
  done: (results: WriteResult[]) => void;
  failed: (error: unknown) => void;
}

/** How long the first of a batch waits for company. */
const COMPANY_MS = 15;

/** A writer to be shared by the jobs of one process. */
export function createBatchWriter(db: Database): RecordWriter {
  const open = new Map<string, Waiting[]>();

  return (sourceId, records) => {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((done, failed) => {
      const batch = open.get(sourceId);
      if (batch) {
        batch.push({ records, done, failed });
        return;
      }
      open.set(sourceId, [{ records, done, failed }]);
      setTimeout(() => void commit(sourceId), COMPANY_MS);
    });
  };

  async function commit(sourceId: string): Promise<void> {
    const batch = open.get(sourceId) ?? [];
    open.delete(sourceId);
    try {
      const results = await writeRecords(
        db,
        sourceId,
        batch.flatMap(({ records }) => records),
      );
      let from = 0;
      for (const { records, done } of batch) {
        done(results.slice(from, from + records.length));
        from += records.length;
      }
    } catch {
      // One bad record must not fail its neighbours: each is written by itself, and fails by itself.
      for (const { records, done, failed } of batch) {
        await writeRecords(db, sourceId, records).then(done, failed);
      }
    }
  }
}
