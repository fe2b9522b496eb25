/**
 * The one place that writes the catalog. A batch of records from one source goes in as one
 * transaction: what the source says, the effective facts, the memory profile and the numbered events
 * all commit together or not at all. Records that say what is already stored cost one read and no
 * write, so the same input twice leaves no trace.
 */
import { isDeepStrictEqual } from "node:util";
import { applyBatch, type HashedRecord, type WriteResult } from "./apply-batch.ts";
import type { Database, Transaction } from "./client.ts";
import { writing } from "./event-log.ts";
import { setAside } from "./quarantine.ts";
import { type CatalogRecord, contentHash, recordsOf, type StoredRecord } from "./records.ts";

/**
 * Writes what a source says about some models.
 * Refused records are set aside with their reason; what was stored before stays served.
 */
export async function writeRecords(
  db: Database | Transaction,
  sourceId: string,
  records: CatalogRecord[],
): Promise<WriteResult[]> {
  const refused = records.filter((record) => record.outcome === "refused");
  await setAside(db, sourceId, refused);

  const accepted = records.filter((record) => record.outcome !== "refused");
  const stored = await recordsOf(
    db,
    sourceId,
    accepted.map((record) => record.externalId),
  );
  const fresh = accepted
    .map((record) => withHash(record, stored.get(record.externalId)))
    .filter(({ record, hash }) => stored.get(record.externalId)?.contentHash !== hash);
  const written =
    fresh.length > 0 ? await writing(db, (tx) => applyBatch(tx, sourceId, fresh)) : [];

  const results = new Map(written.map((result) => [result.externalId, result]));
  return records.map(({ externalId, outcome }) => {
    const untouched = outcome === "refused" ? "quarantined" : "unchanged";
    return results.get(externalId) ?? { externalId, outcome: untouched };
  });
}

/** An `unchanged` record is what was stored, with the newer facts laid over it. */
function withHash(record: CatalogRecord, stored: StoredRecord | undefined): HashedRecord {
  if (record.outcome !== "unchanged" || !stored) return { record, hash: contentHash(record) };
  const full: CatalogRecord = {
    ...record,
    outcome: stored.outcome,
    reason: stored.reason,
    keepArtifacts: true,
    facts: { ...stored.facts, ...record.facts },
    origins: { ...stored.origins, ...record.origins },
    issues: stored.issues,
    files: stored.files,
  };
  const sameAsStored =
    full.revision === stored.revision &&
    full.state === stored.state &&
    isDeepStrictEqual(full.facts, stored.facts);
  return { record: full, hash: sameAsStored ? stored.contentHash : contentHash(full) };
}
