/** What is told of a model whose row was written: that it is new, what changed, or that it is gone. */
import type { NewEvent } from "./event-log.ts";
import { difference, type ModelRow, type NewModelRow } from "./model-row.ts";
import type { FactChange } from "./tables.ts";

export function addedEvent(sourceId: string, row: NewModelRow): NewEvent {
  const message = `${row.name} was added.`;
  return { ...subject(sourceId, row), kind: "MODEL_ADDED", message, fitBefore: null };
}

/** Null when nothing changed that is worth telling. */
export function updateEvent(
  sourceId: string,
  previous: ModelRow,
  row: NewModelRow,
): NewEvent | null {
  const { changes, estimateChanged } = difference(previous, row);
  const fitBefore = previous.status === "WITHDRAWN" ? null : previous.fit;
  if (row.status === "WITHDRAWN" && previous.status !== "WITHDRAWN") {
    return withdrawnEvent(sourceId, row, `${row.huggingFaceId} is gone`, changes);
  }
  if (changes.length > 0) {
    const fields = changes.map((change) => change.field).join(", ");
    const message = `${row.name} changed: ${fields}.`;
    return { ...subject(sourceId, row), kind: "MODEL_UPDATED", message, changes, fitBefore };
  }
  if (!estimateChanged) return null;
  const message = `The memory estimate of ${row.name} changed.`;
  return { ...subject(sourceId, row), kind: "ESTIMATE_CHANGED", message, fitBefore };
}

export function withdrawnEvent(
  sourceId: string,
  row: NewModelRow,
  why: string,
  changes: FactChange[] = [],
): NewEvent {
  const message = `${row.name} was withdrawn: ${why}.`;
  return { ...subject(sourceId, row), kind: "MODEL_WITHDRAWN", message, changes };
}

function subject(sourceId: string, row: NewModelRow) {
  const { slug: modelSlug, familySlug, organizationSlug } = row;
  return { sourceId, modelSlug, familySlug, organizationSlug };
}
