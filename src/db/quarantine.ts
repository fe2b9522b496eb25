/**
 * Records that cannot be accepted, kept with the reason. A model whose new version is refused stays
 * served as it was; a later good version takes its record out of here.
 */
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Database, Transaction } from "./client.ts";
import type { CatalogRecord } from "./records.ts";
import { quarantine } from "./tables.ts";

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
      setWhere: sql`${quarantine.reason} <> excluded.reason or ${quarantine.revision} is distinct from excluded.revision`,
    });
}

/** Takes records out again after a good version was written. */
export async function release(
  tx: Transaction,
  sourceId: string,
  externalIds: string[],
): Promise<void> {
  await tx
    .delete(quarantine)
    .where(and(eq(quarantine.sourceId, sourceId), inArray(quarantine.externalId, externalIds)));
}
