/**
 * Which events a reader wants, in the two forms that mean the same: a condition of SQL for looking
 * back, and a comparison in memory for what is live. What fits some hardware is decided by the database
 * alone, with the same sums as the filter of models.
 *
 * "Now fits" is told from what the log keeps with an event: by it the model came within the budget,
 * because it was added, listed again, or weighs less than before. A model that fitted already does not
 * pass, and neither does an event that changed no figure.
 */
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { type FitSettings, fitsIn } from "../db/fits.ts";
import { catalogEvents, type EventKind, eventFits } from "../db/tables.ts";

export type CatalogEvent = typeof catalogEvents.$inferSelect;

/** Null and missing members match everything; several members must all match. */
export interface EventFilter {
  kinds?: EventKind[] | null;
  family?: string | null;
  organization?: string | null;
  model?: string | null;
  /** Only events by which a model came to fit. */
  fits?: { settings: FitSettings; budgetBytes: number } | null;
}

/** The condition over the log; undefined when every event passes. */
export function filterCondition(
  filter: EventFilter | null | undefined,
  table = catalogEvents,
): SQL | undefined {
  const { kinds, model, family, organization, fits } = filter ?? {};
  return and(
    kinds ? inArray(table.kind, kinds) : undefined,
    model == null ? undefined : eq(table.modelSlug, model),
    family == null ? undefined : eq(table.familySlug, family),
    organization == null ? undefined : eq(table.organizationSlug, organization),
    fits ? nowFits(fits, table) : undefined,
  );
}

function nowFits(
  { settings, budgetBytes }: NonNullable<EventFilter["fits"]>,
  table: typeof catalogEvents,
): SQL {
  return sql`exists (select 1 from ${eventFits} where ${eventFits.number} = ${table.number}
    and ${fitsIn(sql`${eventFits.after}`, settings, budgetBytes)}
    and ${fitsIn(sql`${eventFits.before}`, settings, budgetBytes)} is not true)`;
}

/** The same in memory, but for what fits: true then means "ask the database". */
export function mayPass(event: CatalogEvent, filter: EventFilter | null | undefined): boolean {
  if (!filter) return true;
  return (
    (!filter.kinds || filter.kinds.includes(event.kind)) &&
    (filter.family == null || filter.family === event.familySlug) &&
    (filter.organization == null || filter.organization === event.organizationSlug) &&
    (filter.model == null || filter.model === event.modelSlug) &&
    (!filter.fits || event.modelSlug !== null)
  );
}
