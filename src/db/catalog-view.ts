/**
 * The little that a source may ask of the catalog: which models it has, and which of them lack a
 * shape because their files are closed. Sources that describe the models of others ask this first, so
 * that they do not fetch what could not be stored.
 */
import { and, eq, inArray, max, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Database } from "./client.ts";
import { models, sourceRecords } from "./tables.ts";

export interface CatalogView {
  /** The catalog's own spelling of each of the ids that it has; the others are left out. */
  spelling(huggingFaceIds: string[]): Promise<Map<string, string>>;
  /** Models that a source found gated and that no source but `reader` could read the shape of. */
  closed(reader: string): Promise<ClosedModel[]>;
}

export interface ClosedModel {
  huggingFaceId: string;
  /** What the listing of the closed repository states, to check a copy against. */
  statedParameters: number | null;
}

export function catalogView(db: Database): CatalogView {
  return {
    async spelling(ids) {
      if (ids.length === 0) return new Map();
      const lower = sql<string>`lower(${models.huggingFaceId})`;
      const wanted = [...new Set(ids.map((id) => id.toLowerCase()))];
      const rows = await db
        .select({ id: models.huggingFaceId })
        .from(models)
        .where(inArray(lower, wanted));
      const known = new Map(rows.map(({ id }) => [id.toLowerCase(), id]));
      const found = ids.flatMap((id) => {
        const own = known.get(id.toLowerCase());
        return own === undefined ? [] : [[id, own] as const];
      });
      return new Map(found);
    },

    async closed(reader) {
      const other = alias(sourceRecords, "other");
      const readElsewhere = db
        .select({ one: sql`1` })
        .from(other)
        .where(
          and(
            eq(other.externalId, sourceRecords.externalId),
            eq(other.outcome, "model"),
            sql`${other.sourceId} <> ${reader}`,
          ),
        );
      const stated = sql`(${sourceRecords.facts}->>'statedParameters')::bigint`;
      return db
        .select({
          huggingFaceId: sourceRecords.externalId,
          statedParameters: max(stated).mapWith((text) => (text === null ? null : Number(text))),
        })
        .from(sourceRecords)
        .where(
          and(
            eq(sourceRecords.state, "gated"),
            eq(sourceRecords.outcome, "partial"),
            notExists(readElsewhere),
          ),
        )
        .groupBy(sourceRecords.externalId)
        .orderBy(sourceRecords.externalId);
    },
  };
}
