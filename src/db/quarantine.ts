/**
 * Records that cannot be accepted, kept with the reason. A model whose new version is refused stays
 * served as it was; a later good version takes its record out of here. What a person set aside stays
 * out of the catalog, whatever its source says later, until a person releases it.
 */
import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { Database, Transaction } from "./client.ts";
import type { CatalogRecord } from "./records.ts";
import { quarantine } from "./tables.ts";

/** Code of what a person set aside. */
export const BY_HAND = "SET_ASIDE_BY_HAND";

const notByHand = ne(quarantine.code, BY_HAND);

/** Notes refused records; seeing one again for the same reason writes nothing. */
export async function setAside(
  db: Database | Transaction,
  sourceId: string,
  refused: Pick<CatalogRecord, "externalId" | "revision" | "reason" | "issues">[],
): Promise<void> {
  if (refused.length === 0) return;
  const rows = refused.map((record) => ({
    sourceId,
    externalId: record.externalId,
    revision: record.revision,
    code: record.issues[0]?.code ?? "REFUSED",
    reason: record.reason ?? "The source gave no reason.",
  }));
  await db
    .insert(quarantine)
    .values(rows)
    .onConflictDoUpdate({
      target: [quarantine.sourceId, quarantine.externalId],
      set: {
        revision: sql`excluded.revision`,
        code: sql`excluded.code`,
        reason: sql`excluded.reason`,
        lastSeenAt: sql`now()`,
      },
      setWhere: sql`${notByHand} and (${quarantine.reason} <> excluded.reason or ${quarantine.revision} is distinct from excluded.revision)`,
    });
}

/** Takes records out again after a good version was written. */
export async function release(
  tx: Transaction,
  sourceId: string,
  externalIds: string[],
): Promise<void> {
  await tx.delete(quarantine).where(and(recordsIn(sourceId, externalIds), notByHand));
}

/** Of these records, by any source, those that a person set aside. */
export async function heldByHand(
  tx: Transaction,
  externalIds: string[],
): Promise<(sourceId: string, externalId: string) => boolean> {
  const rows = await tx
    .select({ sourceId: quarantine.sourceId, externalId: quarantine.externalId })
    .from(quarantine)
    .where(and(inArray(quarantine.externalId, externalIds), eq(quarantine.code, BY_HAND)));
  return (sourceId, externalId) =>
    rows.some((row) => row.sourceId === sourceId && row.externalId === externalId);
}

export function recordsIn(sourceId: string, externalIds: string[]) {
  return and(eq(quarantine.sourceId, sourceId), inArray(quarantine.externalId, externalIds));
}
