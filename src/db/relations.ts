/** How the tables hang together, for relational queries. Physical columns are in `tables.ts`. */
import { defineRelations } from "drizzle-orm";
import * as tables from "./tables.ts";

export const relations = defineRelations(tables, (r) => ({
  organizations: {
    families: r.many.families({ from: r.organizations.slug, to: r.families.organizationSlug }),
    models: r.many.models({ from: r.organizations.slug, to: r.models.organizationSlug }),
  },
  families: {
    organization: r.one.organizations({
      from: r.families.organizationSlug,
      to: r.organizations.slug,
    }),
    models: r.many.models({ from: r.families.slug, to: r.models.familySlug }),
  },
  models: {
    organization: r.one.organizations({
      from: r.models.organizationSlug,
      to: r.organizations.slug,
      optional: false,
    }),
    family: r.one.families({ from: r.models.familySlug, to: r.families.slug }),
    siblings: r.many.models({ from: r.models.familySlug, to: r.models.familySlug }),
    base: r.one.models({ from: r.models.baseModel, to: r.models.huggingFaceId }),
    derivatives: r.many.models({ from: r.models.huggingFaceId, to: r.models.baseModel }),
    records: r.many.sourceRecords({ from: r.models.slug, to: r.sourceRecords.modelSlug }),
    artifacts: r.many.artifacts({ from: r.models.slug, to: r.artifacts.modelSlug }),
    measurements: r.many.measurements({
      from: r.models.huggingFaceId,
      to: r.measurements.huggingFaceId,
    }),
    events: r.many.catalogEvents({ from: r.models.slug, to: r.catalogEvents.modelSlug }),
  },
  catalogEvents: {
    model: r.one.models({ from: r.catalogEvents.modelSlug, to: r.models.slug }),
  },
  sources: {
    runs: r.many.ingestRuns({ from: r.sources.id, to: r.ingestRuns.sourceId }),
    // The same once more, so that one statement can have the newest beside a list of others.
    newestRuns: r.many.ingestRuns({ from: r.sources.id, to: r.ingestRuns.sourceId }),
    progress: r.one.sourceProgress({ from: r.sources.id, to: r.sourceProgress.sourceId }),
    quarantined: r.many.quarantine({ from: r.sources.id, to: r.quarantine.sourceId }),
  },
  ingestRuns: {
    reasons: r.many.runReasons({ from: r.ingestRuns.id, to: r.runReasons.runId }),
    source: r.one.sources({ from: r.ingestRuns.sourceId, to: r.sources.id, optional: false }),
  },
}));
