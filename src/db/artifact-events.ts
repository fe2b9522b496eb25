/**
 * What is told of published files: that a repository offers a model in a format in which it could not
 * be had before, or no longer does. One event for each repository and direction, however many formats.
 * Files that come with a new model are not told beside it, and what another source says of the same
 * repository is not new, so that the first reading of a catalog is one event for each model.
 */
import { inArray } from "drizzle-orm";
import type { Transaction } from "./client.ts";
import type { NewEvent } from "./event-log.ts";
import type { ModelRow } from "./model-row.ts";
import type { CatalogRecord } from "./records.ts";
import { artifacts } from "./tables.ts";

export interface FiledRecord {
  record: CatalogRecord;
  /** The model as it was before; undefined when it is new. */
  model: ModelRow | undefined;
}

type Offer = Pick<typeof artifacts.$inferSelect, "externalId" | "kind" | "label" | "bytes">;

/** Events of records that are about to replace what is stored of them. */
export async function artifactEvents(
  tx: Transaction,
  sourceId: string,
  filed: FiledRecord[],
): Promise<NewEvent[]> {
  const slugs = new Set(filed.flatMap(({ model }) => model?.slug ?? []));
  if (slugs.size === 0) return [];
  const stored = await tx
    .select()
    .from(artifacts)
    .where(inArray(artifacts.modelSlug, [...slugs]));
  return filed.flatMap(({ record, model }) => {
    if (model === undefined) return [];
    const offered = record.artifacts.map((one) => ({ ...one, label: one.label ?? "unnamed" }));
    const before = stored.filter(({ modelSlug }) => modelSlug === model.slug);
    const replaced = before.filter(
      (one) => one.sourceId === sourceId && one.externalId === record.externalId,
    );
    const others = before.filter((one) => !replaced.includes(one));
    const added = without(offered, before);
    const removed = without(replaced, [...offered, ...others]);
    return [
      ...event(sourceId, model, "ARTIFACT_ADDED", added),
      ...event(sourceId, model, "ARTIFACT_REMOVED", removed),
    ];
  });
}

function without(offers: Offer[], known: Offer[]): Offer[] {
  const keys = new Set(known.map(keyOf));
  return offers.filter((offer) => !keys.has(keyOf(offer)));
}

function keyOf({ externalId, kind, label }: Offer): string {
  return `${externalId} ${kind} ${label}`;
}

function event(
  sourceId: string,
  { slug: modelSlug, familySlug, organizationSlug, name }: ModelRow,
  kind: "ARTIFACT_ADDED" | "ARTIFACT_REMOVED",
  offers: Offer[],
): NewEvent[] {
  const [first] = offers;
  if (first === undefined) return [];
  const isAdded = kind === "ARTIFACT_ADDED";
  const labels = offers.map(({ label }) => label).sort();
  const changes = offers.map(({ externalId: repository, kind: format, label, bytes }) => {
    const offer = { repository, format, label, bytes };
    return { field: "artifacts", from: isAdded ? null : offer, to: isAdded ? offer : null };
  });
  const verb = isAdded ? "can be had" : "can no longer be had";
  const message = `${name} ${verb} from ${first.externalId} as ${labels.join(", ")}.`;
  return [{ kind, sourceId, modelSlug, familySlug, organizationSlug, message, changes }];
}
