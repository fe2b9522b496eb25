/**
 * From effective facts to the row that is served, and what differs between two such rows. Facts that
 * have a column of their own name are carried over; the rest of the row is derived here.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Architecture,
  compile,
  type MemoryProfile,
  PROFILE_VERSION,
} from "../estimator/index.ts";
import type { FactName } from "./facts.ts";
import type { MergedFacts } from "./merge.ts";
import { organizationSlug } from "./owners.ts";
import type { FactChange, models } from "./tables.ts";

export type ModelRow = typeof models.$inferSelect;
export type NewModelRow = typeof models.$inferInsert;

/** Facts whose column has the fact's own name; a change of one is told in an event. */
const COLUMN_FACTS = [
  "variant",
  "baseModel",
  "description",
  "totalParameters",
  "activeParameters",
  "componentParameters",
  "statedParameters",
  "contextLength",
  "extendedContextLength",
  "servedContextLength",
  "ropeScaling",
  "attentionKind",
  "attentionWindow",
  "layers",
  "hiddenSize",
  "heads",
  "kvHeads",
  "headDim",
  "vocabSize",
  "feedForwardSize",
  "experts",
  "activeExperts",
  "sharedExperts",
  "denseLayers",
  "activation",
  "normalization",
  "positionEmbedding",
  "tiedEmbeddings",
  "architectureClass",
  "modelType",
  "weightFormat",
  "inputModalities",
  "outputModalities",
  "useCases",
  "languages",
  "tags",
  "sampling",
  "license",
  "licenseName",
  "licenseUrl",
  "commercialUse",
  "releasedOn",
  "priceUrl",
  "architecture",
] as const satisfies readonly (FactName & keyof ModelRow)[];

/** Columns outside `COLUMN_FACTS` whose change is worth an event. */
const TOLD_COLUMNS = ["name", "familySlug", "status", "vramReason", ...COLUMN_FACTS] as const;

export interface ModelIdentity {
  slug: string;
  huggingFaceId: string;
}

/** The row for a model's effective facts; compiles its memory profile. */
export function modelRow(
  identity: ModelIdentity,
  merged: MergedFacts,
  previous: ModelRow | undefined,
): NewModelRow {
  const { facts } = merged;
  const repository = identity.huggingFaceId.split("/").at(-1) ?? identity.huggingFaceId;
  const name = facts.name ?? repository;
  const familySlug = facts.family ?? null;
  const architecture = facts.architecture ?? null;
  const columns = Object.fromEntries(COLUMN_FACTS.map((fact) => [fact, facts[fact] ?? null]));
  return {
    ...columns,
    ...identity,
    name,
    organizationSlug: organizationSlug(identity.huggingFaceId),
    familySlug,
    status: architecture ? "LISTED" : "PARTIAL",
    downloads: facts.downloads ?? 0,
    likes: facts.likes ?? 0,
    memoryProfile: architecture
      ? { ...memoryProfile(architecture, previous), contextLength: facts.contextLength ?? null }
      : null,
    vramReason: merged.reason,
    estimatorVersion: PROFILE_VERSION,
    issues: merged.issues,
    factSources: merged.sources,
    searchText: searchTextOf(name, identity.huggingFaceId, facts.familyName ?? ""),
  };
}

/**
 * What a search looks through, in small letters; at its end names and their numbers as people join
 * them: `phi4` for Phi 4, `llama3.1` for Llama 3.1.
 */
export function searchTextOf(...texts: string[]): string {
  const text = texts.join(" ").toLowerCase();
  const joined = [...text.matchAll(/([a-z]{2,})[ _-]+(\d+(?:\.\d+)*[a-z]?)(?![a-z0-9])/g)];
  const words = new Set(joined.map(([, word, number]) => `${word}${number}`));
  return [text, ...[...words].filter((word) => !text.includes(word))].join(" ");
}

/**
 * Compiling is the dearest step of a write, so an equal architecture keeps its profile. The context
 * that the model was made for is a fact of its own, which other sources may know better.
 */
function memoryProfile(architecture: Architecture, previous: ModelRow | undefined): MemoryProfile {
  const kept =
    previous?.estimatorVersion === PROFILE_VERSION && sameJson(previous.architecture, architecture)
      ? previous.memoryProfile
      : null;
  return kept ?? compile(architecture);
}

export interface RowDifference {
  /** Facts that changed, with both values; shapes too large to print are named without them. */
  changes: FactChange[];
  /** The memory profile differs although no fact does: the formula or the files changed. */
  estimateChanged: boolean;
  /** Anything at all differs, volatile figures included. */
  any: boolean;
}

/** What writing `next` over `previous` would change. */
export function difference(previous: ModelRow, next: NewModelRow): RowDifference {
  const changes: FactChange[] = [];
  for (const field of TOLD_COLUMNS) {
    if (isDeepStrictEqual(previous[field], next[field] ?? null)) continue;
    const printable = field !== "architecture";
    changes.push({
      field,
      from: printable ? previous[field] : null,
      to: printable ? (next[field] ?? null) : null,
    });
  }
  const estimateChanged = !sameJson(previous.memoryProfile, next.memoryProfile ?? null);
  const volatile = ["downloads", "likes", "issues", "factSources", "searchText"] as const;
  const any =
    changes.length > 0 ||
    estimateChanged ||
    volatile.some((column) => !sameJson(previous[column], next[column]));
  return { changes, estimateChanged, any };
}

/** Equality of JSON values as Postgres returns them: members that are undefined do not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(
    JSON.parse(JSON.stringify(a ?? null)),
    JSON.parse(JSON.stringify(b ?? null)),
  );
}
