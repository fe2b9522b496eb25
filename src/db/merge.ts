/**
 * Which source is believed. Every source's facts are kept; the effective value of a field is the
 * first known one in order of rank, and the rank may differ from field to field. A lower-ranked source
 * never overwrites a higher-ranked one, and an unknown value never hides a known one.
 */
import type { FactName, ModelFacts, ModelIssue } from "./facts.ts";

/** Believed in this order. Sources that are not listed come last. */
const ORDER: readonly string[] = [
  "overrides",
  "editorial",
  "file",
  "hugging-face",
  "modelscope",
  "snapshot",
  "models-dev",
  "openrouter",
];

/** What a model card states of its licence, before what editors know of it. */
const LICENSE_ORDER = [
  "overrides",
  "file",
  "hugging-face",
  "modelscope",
  "editorial",
  "snapshot",
  "models-dev",
];

/** Fields whose order is another one. */
const ORDER_OF_FIELD: Partial<Record<FactName, readonly string[]>> = {
  // The Hub knows when a repository was made: weeks before the release, or years after it.
  releasedOn: ["overrides", "editorial", "file", "models-dev", "hugging-face", "snapshot"],
  // What is served now, before what an API's documentation promises.
  servedContextLength: ["overrides", "file", "openrouter", "models-dev"],
  license: LICENSE_ORDER,
  licenseName: LICENSE_ORDER,
  licenseUrl: LICENSE_ORDER,
  commercialUse: LICENSE_ORDER,
};

const MODALITIES: readonly FactName[] = ["inputModalities", "outputModalities"];
const LICENSE_TERMS: readonly FactName[] = ["licenseName", "licenseUrl", "commercialUse"];
const LICENSE: readonly FactName[] = ["license", ...LICENSE_TERMS];

/** Sources that know products, not models: they are believed for these fields and no others. */
const ONLY: Readonly<Record<string, readonly FactName[]>> = {
  "models-dev": ["releasedOn", "servedContextLength", ...MODALITIES, ...LICENSE],
  openrouter: ["servedContextLength", "priceUrl", ...MODALITIES],
};

export interface SourcedFacts {
  sourceId: string;
  facts: Partial<ModelFacts>;
  issues: ModelIssue[];
  reason: string | null;
}

export interface MergedFacts {
  facts: Partial<ModelFacts>;
  /** Source of each effective fact. */
  sources: Partial<Record<FactName, string>>;
  /** Issues of the source whose architecture is effective. */
  issues: ModelIssue[];
  /** Why there is no architecture; null when there is one. */
  reason: string | null;
}

/** The effective facts of one model out of everything its sources say. */
export function mergeFacts(records: SourcedFacts[]): MergedFacts {
  const facts: Partial<ModelFacts> = {};
  const sources: Partial<Record<FactName, string>> = {};
  const ranked = records.toSorted(
    (a, b) => place(a.sourceId) - place(b.sourceId) || a.sourceId.localeCompare(b.sourceId),
  );
  const license = believedLicense(ranked);
  for (const record of ranked) {
    for (const [name, value] of Object.entries(record.facts)) {
      const fact = name as FactName;
      if (value === null || value === undefined || !mayState(record.sourceId, fact)) continue;
      if (LICENSE_TERMS.includes(fact) && (record.facts.license ?? license) !== license) continue;
      const holder = sources[fact];
      if (holder !== undefined && place(holder, fact) <= place(record.sourceId, fact)) continue;
      Object.assign(facts, { [fact]: value });
      sources[fact] = record.sourceId;
    }
  }
  const reader = ranked.find((record) => record.sourceId === sources.architecture);
  const explains = reader ?? ranked.find((record) => record.reason !== null) ?? ranked[0];
  return {
    facts,
    sources,
    issues: explains?.issues ?? [],
    reason: reader ? null : (explains?.reason ?? "No source states this model's architecture."),
  };
}

/** The licence whose name and terms may be told; those of any other would be of the wrong one. */
function believedLicense(records: SourcedFacts[]): string | null | undefined {
  return records
    .filter(
      ({ sourceId, facts }) => (facts.license ?? null) !== null && mayState(sourceId, "license"),
    )
    .toSorted((a, b) => place(a.sourceId, "license") - place(b.sourceId, "license"))
    .map(({ facts }) => facts.license)
    .at(0);
}

function mayState(sourceId: string, fact: FactName): boolean {
  return ONLY[sourceId]?.includes(fact) ?? true;
}

/** Smaller is believed first. */
function place(sourceId: string, fact?: FactName): number {
  const order = (fact && ORDER_OF_FIELD[fact]) ?? ORDER;
  const index = order.indexOf(sourceId);
  return index === -1 ? order.length : index;
}
