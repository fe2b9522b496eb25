/**
 * The records that need no configuration file: unchanged, gated, and refused ones. They are made from
 * the listing alone, so that a closed repository still has its licence, dates and popularity.
 */
import type { ModelIssue } from "../../../db/facts.ts";
import type { KnownRecord, RepositoryState, SourceRecord } from "../../source.ts";
import { safetensorsArtifacts } from "./artifacts.ts";
import type { HubClient } from "./client.ts";
import { closedFacts, refreshedFacts } from "./listing-facts.ts";
import type { HubInfo } from "./protocol.ts";

/** A record of a visible repository, still without facts. */
export function newRecord(hub: HubClient, info: HubInfo): SourceRecord {
  return {
    externalId: info.id,
    revision: info.sha,
    fetchedAt: new Date().toISOString(),
    url: hub.page(info.id),
    outcome: "partial",
    state: info.gated ? "gated" : "open",
    renamedTo: null,
    reason: null,
    facts: {},
    origins: {},
    issues: unreadable(info),
    artifacts: [],
    files: {},
  };
}

/** The files are those that were read before; what the listing says may still be new. */
export function unchanged(hub: HubClient, info: HubInfo, known: KnownRecord): SourceRecord {
  const record = { ...newRecord(hub, info), ...refreshedFacts(info) };
  return { ...record, outcome: "unchanged", files: known.files };
}

/** Files behind a licence that we have not accepted. */
export function closed(
  hub: HubClient,
  info: HubInfo,
  known: KnownRecord | null,
  reason: string,
): SourceRecord {
  const issues = [{ code: "GATED", field: "architecture", message: reason }, ...unreadable(info)];
  // What was read before the gate closed is still true of the revision it was read at.
  if (known !== null && Object.keys(known.files).length > 0) {
    const record = unchanged(hub, info, known);
    return { ...record, revision: known.revision, state: "gated", issues };
  }
  const artifacts = safetensorsArtifacts(info);
  const record = { ...newRecord(hub, info), ...closedFacts(info), issues, artifacts };
  return { ...record, state: "gated", reason };
}

/** Nothing to store, and why; the code is the state's where it says enough. */
export function refusal(
  hub: HubClient,
  id: string,
  state: RepositoryState,
  reason: string,
  {
    renamedTo = null,
    code = state.toUpperCase(),
  }: { renamedTo?: string | null; code?: string } = {},
): SourceRecord {
  return {
    externalId: id,
    revision: null,
    fetchedAt: new Date().toISOString(),
    url: hub.page(id),
    outcome: "refused",
    state,
    renamedTo,
    reason,
    facts: {},
    origins: {},
    issues: [{ code, field: "", message: reason }],
    artifacts: [],
    files: {},
  };
}

/** Fields of the listing that had another type than the one we know. */
export function unreadable(info: HubInfo): ModelIssue[] {
  return info.unreadable.map((field) => ({
    code: "UNREADABLE_FIELD",
    field,
    message: `The Hub's ${field} has a type that is not known here; it was left out`,
  }));
}
