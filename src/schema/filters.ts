/**
 * What a list of models can be narrowed by. One input and one translation to SQL, used by the page
 * and by its total count alike, so the two can never disagree.
 */
import {
  type AnyColumn,
  and,
  arrayOverlaps,
  between,
  eq,
  gt,
  gte,
  isNotNull,
  isNull,
  like,
  lte,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import { makePgArray } from "drizzle-orm/pg-core";
import { type models, ONLY_LISTED } from "../db/tables.ts";
import { builder } from "./builder.ts";
import {
  ArchitectureKindEnum,
  AttentionKindEnum,
  ModalityEnum,
  type Openness,
  OpennessEnum,
  UseCaseEnum,
  VariantEnum,
} from "./enums.ts";
import { FitsInput, fitsCondition } from "./fits.ts";
import { badInput, checkText } from "./input-errors.ts";
import { escapeLike } from "./search-rank.ts";
import { searchWords } from "./search-words.ts";

const BigIntRange = builder.inputType("BigIntRange", {
  description: "A range of whole numbers, both ends included; an end left out is open.",
  fields: (t) => ({
    min: t.field({ type: "BigInt", description: "Smallest value allowed." }),
    max: t.field({ type: "BigInt", description: "Largest value allowed." }),
  }),
});

const DateRange = builder.inputType("DateRange", {
  description: "A range of days, both ends included; an end left out is open.",
  fields: (t) => ({
    from: t.field({ type: "Date", description: "First day allowed." }),
    to: t.field({ type: "Date", description: "Last day allowed." }),
  }),
});

export const ModelFilter = builder.inputType("ModelFilter", {
  description: "Which models to list. Conditions are joined by AND, the values of one list by OR.",
  fields: (t) => ({
    search: t.string({
      description:
        "Words that all occur in the name, the Hugging Face id or the family name, as in `search`: `llama3.1:8b` is two of them, and a weight format is none.",
    }),
    families: t.stringList({ description: "Slugs of families." }),
    organizations: t.stringList({ description: "Slugs of organizations." }),
    licenses: t.stringList({ description: "SPDX identifiers, such as `Apache-2.0`." }),
    openness: t.field({
      type: [OpennessEnum],
      description: "What the terms allow; finer than `commercialUse`.",
    }),
    commercialUse: t.boolean({
      description: "True: commercial use is open to anyone. False: it is forbidden.",
    }),
    architecture: t.field({ type: ArchitectureKindEnum, description: "Dense or MoE." }),
    attention: t.field({ type: [AttentionKindEnum], description: "Kinds of attention." }),
    variants: t.field({ type: [VariantEnum], description: "What was done after pre-training." }),
    inputModalities: t.field({
      type: [ModalityEnum],
      description: "Models that take at least one of these.",
    }),
    outputModalities: t.field({
      type: [ModalityEnum],
      description: "Models that give at least one of these.",
    }),
    useCases: t.field({ type: [UseCaseEnum], description: "Models chosen for any of these." }),
    languages: t.stringList({ description: "Models that speak any of these: ISO 639 codes." }),
    tags: t.stringList({ description: "Models that carry any of these tags." }),
    baseModels: t.stringList({
      description: "Hugging Face ids of models that these were made from.",
    }),
    totalParameters: t.field({ type: BigIntRange, description: "Range of total parameters." }),
    activeParameters: t.field({
      type: BigIntRange,
      description: "Range of parameters used for one token.",
    }),
    contextLength: t.field({
      type: BigIntRange,
      description: "Range of the published context length, in tokens.",
    }),
    fits: t.field({
      type: FitsInput,
      description: "Models that fit hardware; those whose memory is unknown do not.",
    }),
    downloads: t.field({ type: BigIntRange, description: "Range of downloads in 30 days." }),
    likes: t.field({ type: BigIntRange, description: "Range of likes on Hugging Face." }),
    released: t.field({ type: DateRange, description: "Range of the day of release." }),
  }),
});

export type ModelFilterInput = typeof ModelFilter.$inferInput;
type ModelTable = typeof models;
type NumberColumn = ModelTable[
  | "parametersSort"
  | "activeParametersSort"
  | "contextSort"
  | "downloads"
  | "likes"];

const MOST_VALUES = 100;

/**
 * The condition on `table`, which is the models table or an alias of it. `areRare` says of words that
 * hardly any model has them; not knowing costs time alone.
 */
export function modelConditions(
  table: ModelTable,
  filter: ModelFilterInput | null | undefined,
  areRare: (words: readonly string[]) => boolean = () => false,
): SQL {
  const listed = ONLY_LISTED.RAW(table);
  if (!filter) return listed;
  const all = and(
    listed,
    ...wordConditions(table, filter.search, areRare),
    oneOf("families", filter.families, (values) => among(table.familySlug, values)),
    oneOf("organizations", filter.organizations, (v) => among(table.organizationSlug, v)),
    oneOf("licenses", filter.licenses, (values) => among(table.license, values)),
    oneOf("attention", filter.attention, (values) => among(table.attentionKind, values)),
    oneOf("variants", filter.variants, (values) => among(table.variant, values)),
    oneOf("inputModalities", filter.inputModalities, (v) =>
      arrayOverlaps(table.inputModalities, v),
    ),
    oneOf("outputModalities", filter.outputModalities, (v) =>
      arrayOverlaps(table.outputModalities, v),
    ),
    filter.commercialUse == null ? undefined : eq(table.commercialUse, filter.commercialUse),
    filter.architecture === "MOE" ? gt(table.experts, 0) : undefined,
    filter.architecture === "DENSE" ? or(isNull(table.experts), eq(table.experts, 0)) : undefined,
    oneOf("openness", filter.openness, (values) => opennessCondition(table, values)),
    oneOf("useCases", filter.useCases, (values) => arrayOverlaps(table.useCases, values)),
    oneOf("languages", filter.languages, (values) => arrayOverlaps(table.languages, values)),
    oneOf("tags", filter.tags, (values) => arrayOverlaps(table.tags, values)),
    oneOf("baseModels", filter.baseModels, (values) => among(table.baseModel, values)),
    ...range("totalParameters", table.parametersSort, filter.totalParameters, 1),
    ...range("activeParameters", table.activeParametersSort, filter.activeParameters, 1),
    ...range("contextLength", table.contextSort, filter.contextLength, 1),
    ...range("downloads", table.downloads, filter.downloads),
    ...range("likes", table.likes, filter.likes),
    filter.fits ? fitsCondition(table, filter.fits) : undefined,
    ...releaseRange(table, filter.released),
  );
  return all ?? listed;
}

function opennessCondition(table: ModelTable, values: Openness[]): SQL {
  const terms: Record<Openness, SQL | undefined> = {
    OPEN: eq(table.commercialUse, true),
    CONDITIONAL: and(isNull(table.commercialUse), isNotNull(table.license)),
    RESTRICTED: eq(table.commercialUse, false),
    UNKNOWN: and(isNull(table.commercialUse), isNull(table.license)),
  };
  return or(...values.map((value) => terms[value])) ?? sql`true`;
}

/** One for each word; none for a blank search, which narrows nothing. */
function wordConditions(
  table: ModelTable,
  search: string | null | undefined,
  areRare: (words: readonly string[]) => boolean,
): SQL[] {
  if (!search?.trim()) return [];
  const { words } = searchWords("filter.search", search);
  // LIKE is planned for its values each time, and the operator that it stands for is not.
  const holds = areRare(words)
    ? (pattern: string) => sql`${table.searchText} ~~ ${pattern}`
    : (pattern: string) => like(table.searchText, pattern);
  return words.map((word) => holds(`%${escapeLike(word)}%`));
}

function oneOf<Value extends string>(
  name: string,
  values: readonly Value[] | null | undefined,
  condition: (values: Value[]) => SQL,
): SQL | undefined {
  if (values == null) return undefined;
  if (values.length === 0 || values.length > MOST_VALUES) {
    throw badInput(`filter.${name}`, values, `a list of 1 to ${MOST_VALUES} values, or left out`);
  }
  for (const value of values) checkText(`filter.${name}`, value);
  return condition([...values]);
}

/** One of the values. However many there are, the statement is the same; one is sorted by an index. */
function among(column: AnyColumn, values: string[]): SQL {
  if (values.length === 1) return eq(column, values[0]);
  return sql`${column} = any(${makePgArray(values)}::text[])`;
}

/** `least` is the smallest value that is not the column's way to say unknown. */
function range(
  name: string,
  column: NumberColumn,
  bounds: { min?: number | null; max?: number | null } | null | undefined,
  least = 0,
): (SQL | undefined)[] {
  const { min, max } = bounds ?? {};
  if (min != null && max != null && min > max) {
    throw badInput(`filter.${name}`, bounds, "a range whose min is not above its max");
  }
  if (min == null && max == null) return [];
  return [gte(column, Math.max(min ?? least, least)), max == null ? undefined : lte(column, max)];
}

function releaseRange(
  table: ModelTable,
  days: { from?: string | null; to?: string | null } | null | undefined,
): (SQL | undefined)[] {
  const { from, to } = days ?? {};
  if (from != null && to != null && from > to) {
    throw badInput("filter.released", days, 'a range whose "from" is not after its "to"');
  }
  return [
    from == null ? undefined : gte(table.releasedSort, from),
    // Models without a day are sorted as if released on the first of all days.
    to == null ? undefined : between(table.releasedSort, "0001-01-02", to),
  ];
}
