/** How the sources stand: their health, their last run with its reasons, and what is set aside. */
import { asc, count, desc, eq } from "drizzle-orm";
import type { Database } from "./client.ts";
import { ingestRuns, quarantine, runReasons, sourceProgress, sources, webhooks } from "./tables.ts";

export interface SourceStatus {
  id: string;
  title: string;
  healthy: boolean;
  lastError: string | null;
  lastSuccessAt: string | null;
  nextRunAt: string | null;
  schedule: string | null;
  /** Everything the upstream changed before this has been read. */
  watermark: string | null;
  /** Records that are set aside now. */
  quarantined: number;
  lastRun: typeof ingestRuns.$inferSelect | null;
  /** Why entries of the last run were left out, most frequent first. */
  reasons: { code: string; count: number; example: string | null }[];
}

export async function sourceStatuses(db: Database): Promise<SourceStatus[]> {
  const rows = await db
    .select()
    .from(sources)
    .leftJoin(sourceProgress, eq(sourceProgress.sourceId, sources.id))
    .orderBy(asc(sources.id));
  const setAside = await db
    .select({ sourceId: quarantine.sourceId, count: count() })
    .from(quarantine)
    .groupBy(quarantine.sourceId);
  const counts = new Map(setAside.map((row) => [row.sourceId, row.count]));
  return Promise.all(
    rows.map(async ({ sources: source, source_progress: progress }) => {
      const [lastRun = null] = await db
        .select()
        .from(ingestRuns)
        .where(eq(ingestRuns.sourceId, source.id))
        .orderBy(desc(ingestRuns.startedAt))
        .limit(1);
      const reasons = await db
        .select({ code: runReasons.code, count: runReasons.count, example: runReasons.example })
        .from(runReasons)
        .where(eq(runReasons.runId, lastRun?.id ?? ""))
        .orderBy(desc(runReasons.count));
      const quarantined = counts.get(source.id) ?? 0;
      return { ...source, watermark: progress?.watermark ?? null, quarantined, lastRun, reasons };
    }),
  );
}

export type WebhookStatus = typeof webhooks.$inferSelect;

/** How far each webhook was told, and what is wrong with it. */
export function webhookStatuses(db: Database): Promise<WebhookStatus[]> {
  return db.select().from(webhooks).orderBy(asc(webhooks.id));
}
