/** The record of a model that a source could not read at all, so that it is set aside by name. */
import type { PlimsollError } from "../errors.ts";
import type { ListedModel, SourceRecord } from "./source.ts";

export function refusedRecord(item: ListedModel, error: PlimsollError): SourceRecord {
  return {
    externalId: item.externalId,
    revision: item.revision,
    fetchedAt: new Date().toISOString(),
    url: "",
    outcome: "refused",
    state: "open",
    renamedTo: null,
    reason: error.message,
    facts: {},
    origins: {},
    issues: [{ code: error.code, field: "", message: error.message }],
    artifacts: [],
    files: {},
  };
}
