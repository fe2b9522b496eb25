/**
 * What a run would change: records are written in a transaction that is never committed, and the
 * events they would have made are kept. It is exact, because it is the same code.
 */
import { asc, gt } from "drizzle-orm";
import { TransactionRollbackError } from "drizzle-orm/errors";
import type { WriteResult } from "../db/apply-batch.ts";
import { writeRecords } from "../db/catalog.ts";
import type { Database } from "../db/client.ts";
import { catalogEvents, catalogState } from "../db/tables.ts";
import type { RecordWriter } from "./steps.ts";

export type DryEvent = Pick<
  typeof catalogEvents.$inferSelect,
  "kind" | "modelSlug" | "message" | "changes"
>;

export interface DryWriter {
  write: RecordWriter;
  /** The events that would have been told so far. */
  events: DryEvent[];
}

export function createDryWriter(db: Database): DryWriter {
  const events: DryEvent[] = [];
  return {
    events,
    async write(sourceId, records) {
      let results: WriteResult[] = [];
      const trial = db.transaction(async (tx) => {
        const [state] = await tx.select({ last: catalogState.lastEvent }).from(catalogState);
        results = await writeRecords(tx, sourceId, records);
        const { number, kind, modelSlug, message, changes } = catalogEvents;
        const told = await tx
          .select({ kind, modelSlug, message, changes })
          .from(catalogEvents)
          .where(gt(number, state?.last ?? 0))
          .orderBy(asc(number));
        events.push(...told);
        tx.rollback();
      });
      await trial.catch((error) => {
        if (!(error instanceof TransactionRollbackError)) throw error;
      });
      return results;
    },
  };
}
