/**
 * What a list of models can be narrowed by. One input and one translation to SQL, used by the page
 * and by its total count alike, so the two can never disagree.
 */
import {
  and,
  arrayOverlaps,
  eq,
  gt,
  gte,
  ilike,
  inArray,
  isNull,
  lte,
  ne,
  or,
  type SQL,
} from "drizzle-orm";
import type { models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { ArchitectureKindEnum, AttentionKindEnum, ModalityEnum, VariantEnum } from "./enums.ts";
import { FitsInput, fitsCondition } from "./fits.ts";
import { badInput, checkText } from "./input-errors.ts";

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
      description: "Words that all occur in the name, the Hugging Face id or the family name.",
    }),
    families: t.stringList({ description: "Slugs of families." }),
    organizations: t.stringList({ description: "Slugs of organizations." }),
    licenses: t.stringList({ description: "SPDX identifiers, such as `Apache-2.0`." }),
    commercialUse: t.boolean({
      description: "True: commercial use is open to anyone. False: it is restricted.",
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
    released: t.field({ type: DateRange, description: "Range of the day of release." }),
  }),
});

export type ModelFilterInput = typeof ModelFilter.$inferInput;
type ModelTable = typeof models;
type NumberColumn = ModelTable["totalParameters" | "activeParameters" | "contextLength"];

const MOST_WORDS = 8;
const MOST_VALUES = 100;

/** The condition on `table`, which is the models table or an alias of it. */
export function modelConditions(
  table: ModelTable,
  filter: ModelFilterInput | null | undefined,
): SQL {
  const listed = ne(table.status, "WITHDRAWN");
  if (!filter) return listed;
  const all = and(
    listed,
    ...searchWords(filter.search).map((word) => ilike(table.searchText, `%${word}%`)),
    oneOf("families", filter.families, (values) => inArray(table.familySlug, values)),
    oneOf("organizations", filter.organizations, (v) => inArray(table.organizationSlug, v)),
    oneOf("licenses", filter.licenses, (values) => inArray(table.license, values)),
    oneOf("attention", filter.attention, (values) => inArray(table.attentionKind, values)),
    oneOf("variants", filter.variants, (values) => inArray(table.variant, values)),
    oneOf("inputModalities", filter.inputModalities, (v) =>
      arrayOverlaps(table.inputModalities, v),
    ),
    oneOf("outputModalities", filter.outputModalities, (v) =>
      arrayOverlaps(table.outputModalities, v),
    ),
    filter.commercialUse == null ? undefined : eq(table.commercialUse, filter.commercialUse),
    filter.architecture === "MOE" ? gt(table.experts, 0) : undefined,
    filter.architecture === "DENSE" ? or(isNull(table.experts), eq(table.experts, 0)) : undefined,
    ...range("totalParameters", table.totalParameters, filter.totalParameters),
    ...range("activeParameters", table.activeParameters, filter.activeParameters),
    ...range("contextLength", table.contextLength, filter.contextLength),
    filter.fits ? fitsCondition(table, filter.fits) : undefined,
    ...releaseRange(table, filter.released),
  );
  return all ?? listed;
}

/** The words of a search, ready for LIKE; none for a blank search, which narrows nothing. */
function searchWords(search: string | null | undefined): string[] {
  checkText("filter.search", search);
  const words = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > MOST_WORDS) {
    throw badInput("filter.search", search, `at most ${MOST_WORDS} words`);
  }
  return words.map((word) => word.replace(/[\\%_]/g, "\\$&"));
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

function range(
  name: string,
  column: NumberColumn,
  bounds: { min?: number | null; max?: number | null } | null | undefined,
): (SQL | undefined)[] {
  const { min, max } = bounds ?? {};
  if (min != null && max != null && min > max) {
    throw badInput(`filter.${name}`, bounds, "a range whose min is not above its max");
  }
  return [min == null ? undefined : gte(column, min), max == null ? undefined : lte(column, max)];
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
    from == null ? undefined : gte(table.releasedOn, from),
    to == null ? undefined : lte(table.releasedOn, to),
  ];
}
