/** Records that say nothing yet, and records of models that a source does not have. */
import type { SourceRecord } from "../source.ts";

/** A record without facts, refused until something is filled in. */
export function emptyRecord(externalId: string, url: string): SourceRecord {
  return {
    externalId,
    revision: null,
    fetchedAt: new Date().toISOString(),
    url,
    outcome: "refused",
    state: "open",
    renamedTo: null,
    reason: null,
    facts: {},
    origins: {},
    issues: [],
    artifacts: [],
    files: {},
  };
}

/** The record of a model that the source does not have, with a sentence that says so. */
export function missingRecord(
  externalId: string,
  url: string,
  reason: string,
  code = "MISSING",
): SourceRecord {
  const issues = [{ code, field: "", message: reason }];
  return { ...emptyRecord(externalId, url), state: "missing", reason, issues };
}
