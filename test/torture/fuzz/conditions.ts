/** Random conditions on models, each twice: as the filter that the API takes and as a function. */
import type { Random } from "./question.ts";

/** A model as `FIELDS` asks for it; the kinds of values are of no matter to a comparison. */
export interface Model {
  slug: string;
  name: string;
  huggingFaceId: string;
  downloads: number;
  likes: number;
  contextLength: number | null;
  totalParameters: number | null;
  activeParameters: number | null;
  releasedOn: string | null;
  languages: string[] | null;
  tags: string[] | null;
  useCases: string[] | null;
  inputModalities: string[] | null;
  outputModalities: string[] | null;
  variant: string | null;
  attentionKind: string | null;
  experts: number | null;
  baseModel: string | null;
  organization: { slug: string };
  family: { slug: string; name: string } | null;
  license: { id: string; commercialUse: boolean | null; openness: string } | null;
  vram: { total: { bytes: number } } | null;
}

export const FIELDS = `slug name huggingFaceId downloads likes contextLength totalParameters
  activeParameters releasedOn languages tags useCases inputModalities outputModalities variant
  attentionKind experts baseModel organization { slug } family { slug name }
  license { id commercialUse openness } vram(quant: Q4_K_M, ctx: 8192) { total { bytes } }`;

export interface Condition {
  field: string;
  value: unknown;
  holds: (model: Model) => boolean;
}

const GIB = 2 ** 30;

/** What a model says of a field whose filter is a list: any of these is enough. */
const LISTS: Record<string, (model: Model) => readonly (string | null | undefined)[]> = {
  organizations: (model) => [model.organization.slug],
  families: (model) => [model.family?.slug],
  licenses: (model) => [model.license?.id],
  openness: (model) => [model.license?.openness ?? "UNKNOWN"],
  attention: (model) => [model.attentionKind],
  variants: (model) => [model.variant],
  baseModels: (model) => [model.baseModel],
  languages: (model) => model.languages ?? [],
  tags: (model) => model.tags ?? [],
  useCases: (model) => model.useCases ?? [],
  inputModalities: (model) => model.inputModalities ?? [],
  outputModalities: (model) => model.outputModalities ?? [],
};

const NUMBERS: Record<string, (model: Model) => number | null> = {
  downloads: (model) => model.downloads,
  likes: (model) => model.likes,
  contextLength: (model) => model.contextLength,
  totalParameters: (model) => model.totalParameters,
  activeParameters: (model) => model.activeParameters,
};

/** A condition on values that models of this catalog have; null where these two models have none. */
export function makeCondition(random: Random, models: readonly Model[]): Condition | null {
  const oneOf = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const two = [oneOf(models), oneOf(models)] as const;
  const fields = [...Object.keys(LISTS), ...Object.keys(NUMBERS), ...OTHERS];
  const field = oneOf(fields);
  if (LISTS[field]) return listCondition(field, LISTS[field], two);
  if (NUMBERS[field]) {
    const read = NUMBERS[field];
    return rangeCondition(field, ["min", "max"], read, two);
  }
  return otherCondition(field as (typeof OTHERS)[number], random, two);
}

type Two = readonly [Model, Model];

function listCondition(field: string, read: (typeof LISTS)[string], two: Two): Condition | null {
  const value = two.map((model) => read(model)[0]).filter((one) => one != null);
  if (value.length === 0) return null;
  return {
    field,
    value,
    holds: (model) => read(model).some((one) => one != null && value.includes(one)),
  };
}

/** Both ends are included; who has no value is never within. */
function rangeCondition<T extends number | string>(
  field: string,
  [low, high]: [string, string],
  read: (model: Model) => T | null,
  two: Two,
): Condition | null {
  const [from, to] = two.map(read).toSorted((a, b) => (a! < b! ? -1 : 1));
  if (from == null || to == null) return null;
  const holds = (model: Model) => {
    const value = read(model);
    return value !== null && value >= from && value <= to;
  };
  return { field, value: { [low]: from, [high]: to }, holds };
}

const OTHERS = ["released", "search", "commercialUse", "architecture", "fits"] as const;

function otherCondition(
  field: (typeof OTHERS)[number],
  random: Random,
  two: Two,
): Condition | null {
  switch (field) {
    case "released":
      return rangeCondition(field, ["from", "to"], (model) => model.releasedOn, two);
    case "search": {
      const words = two.map(({ name }) => name.toLowerCase().split("-").at(-1)!);
      const textOf = ({ name, huggingFaceId, family }: Model) =>
        `${name} ${huggingFaceId} ${family?.name ?? ""}`.toLowerCase();
      const holds = (model: Model) => words.every((word) => textOf(model).includes(word));
      return { field, value: words.join(" "), holds };
    }
    case "commercialUse": {
      const value = random() < 0.5;
      return { field, value, holds: ({ license }) => license?.commercialUse === value };
    }
    case "architecture": {
      const value = random() < 0.5 ? "MOE" : "DENSE";
      return { field, value, holds: ({ experts }) => (value === "MOE") === (experts ?? 0) > 0 };
    }
    case "fits": {
      if (!two[0].vram) return null;
      // A budget is rounded down to whole bytes; half a byte more than one model takes is enough for it.
      const memoryGib = (two[0].vram.total.bytes + 0.5) / GIB;
      const holds = ({ vram }: Model) => vram !== null && vram.total.bytes <= memoryGib * GIB;
      return { field, value: { memoryGib, quant: "Q4_K_M", ctx: 8192 }, holds };
    }
  }
}
