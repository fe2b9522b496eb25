/**
 * The facts of a listing alone, for a record whose files are not read now. Where they were read
 * before, only what the config has no say in may be laid over what is stored.
 */
import type { FactName, FactOrigin, ModelFacts } from "../../../db/facts.ts";
import { normalizeListing } from "../../normalize/index.ts";
import type { HubInfo } from "./protocol.ts";

/** Facts that the model card and the Hub's own counters state, whatever the config says. */
const INDEPENDENT_OF_CONFIG: readonly FactName[] = [
  "baseModel",
  "statedParameters",
  "languages",
  "tags",
  "license",
  "licenseName",
  "licenseUrl",
  "commercialUse",
  "releasedOn",
  "downloads",
  "likes",
];

export interface ListingFacts {
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
}

/** All that can be said of a repository whose files stay closed. */
export function closedFacts(info: HubInfo): ListingFacts {
  return normalizeListing(info.id, info);
}

/** What may be new for a repository whose files are the ones that were read before. */
export function refreshedFacts(info: HubInfo): ListingFacts {
  const { facts, origins } = normalizeListing(info.id, info);
  return { facts: pick(facts), origins: pick(origins) };
}

function pick<T extends Partial<Record<FactName, unknown>>>(values: T): T {
  const kept = INDEPENDENT_OF_CONFIG.filter((name) => values[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, values[name]])) as T;
}
