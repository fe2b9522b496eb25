/** The inverse questions: the longest context, the most sequences and the best format that fit. */
import {
  CHECKPOINT_FORMAT_NAMES,
  type Engine,
  largestQuantization,
  longestContext,
  type MemoryProfile,
  mostSequences,
  QUANTIZATION_NAMES,
  QUANTIZATIONS,
  type Quantization,
  type QuantizationName,
  type Solution,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import {
  ctxArg,
  engineArgs,
  quantArg,
  type SettingsInput,
  settingsOf,
} from "./estimate-settings.ts";
import { budgetBytes, HardwareInput } from "./hardware.ts";
import { badInput, nullWhereUnfit, refusalsAsBadInput } from "./input-errors.ts";
import { Model } from "./model.ts";
import { QuantizationNameEnum, type WeightFormatName } from "./quantization.ts";
import { billed, type Estimate, MemoryEstimate } from "./vram.ts";

type LimitedBy = Solution["limitedBy"];

export interface Limit {
  value: number;
  limitedBy: LimitedBy;
  estimate: Estimate | null;
}

const LimitedByEnum = builder.enumType("LimitedBy", {
  description: "What keeps a figure from being larger.",
  values: described<LimitedBy>({
    MEMORY: "The memory is full.",
    TRAINED_CONTEXT: "The model was made for no longer context.",
    ARITHMETIC: "Nothing before the largest figure that is computed.",
  }),
});

const limitFields = (
  t: PothosSchemaTypes.ObjectFieldBuilder<(typeof builder)["$inferSchemaTypes"], Limit>,
) => ({
  limitedBy: t.field({
    type: LimitedByEnum,
    description: "What keeps it from being larger.",
    resolve: ({ limitedBy }) => limitedBy,
  }),
  estimate: t.field({
    type: MemoryEstimate,
    nullable: true,
    description: "The memory at that figure; null when it is 0.",
    resolve: ({ estimate }) => estimate,
  }),
});

export const ContextLimit = builder.objectRef<Limit>("ContextLimit").implement({
  description: "The longest context that fits.",
  fields: (t) => ({
    tokens: t.int({
      description: "Tokens; 0 when not even one fits.",
      resolve: ({ value }) => value,
    }),
    ...limitFields(t),
  }),
});

const ConcurrencyLimit = builder.objectRef<Limit>("ConcurrencyLimit").implement({
  description: "The most sequences that fit at the same time.",
  fields: (t) => ({
    sequences: t.int({
      description: "Sequences, each with the context that was asked for; 0 when not even one fits.",
      resolve: ({ value }) => value,
    }),
    ...limitFields(t),
  }),
});

/** The longest context within a budget, with its bill. */
export function contextLimit(
  profile: MemoryProfile,
  input: SettingsInput,
  budget: number,
  beyondTrained = false,
): Limit {
  const settings = settingsOf(input);
  const { value, limitedBy, estimate } = refusalsAsBadInput(() =>
    longestContext(profile, settings, budget, beyondTrained),
  );
  return { value, limitedBy, estimate: estimate && billed(profile, estimate, input.quant, value) };
}

function sequenceLimit(profile: MemoryProfile, input: SettingsInput, budget: number): Limit {
  const { value, limitedBy, estimate } = refusalsAsBadInput(() =>
    mostSequences(profile, settingsOf(input), budget),
  );
  return {
    value,
    limitedBy,
    estimate: estimate && billed(profile, estimate, input.quant, input.ctx),
  };
}

/** The formats to choose from for an engine; MLX formats are for neither of these. */
function choiceFor(engine: Engine): readonly WeightFormatName[] {
  if (engine === "llama.cpp") return WORTHWHILE;
  return ["BF16", ...CHECKPOINT_FORMAT_NAMES.filter((name) => !name.startsWith("MLX"))];
}

/**
 * GGUF formats that no smaller one beats in published quality, and below those the smallest ones,
 * whose quality is not published. Ternary formats are for models that were trained so.
 */
const WORTHWHILE: readonly QuantizationName[] = QUANTIZATION_NAMES.filter((name) => {
  const { bitsPerWeight: bits, perplexityIncrease: loss } = QUANTIZATIONS[name];
  if (name.startsWith("TQ")) return false;
  return !Object.values<Quantization>(QUANTIZATIONS).some((other) => {
    if (other.perplexityIncrease === null || other.bitsPerWeight >= bits) return false;
    return loss === null || other.perplexityIncrease <= loss;
  });
});

const hardwareArg = builder.args((t) => ({
  on: t.field({ type: HardwareInput, required: true, description: "The hardware." }),
}));

const columns = { memoryProfile: true } as const;
/** Some thirty estimates each, as the answers are found by bisection. */
const complexity = { field: 5, multiplier: 1 };
const { batch: _given, ...withoutBatch } = engineArgs;

builder.drizzleObjectFields(Model, (t) => ({
  maxContext: t.field({
    type: ContextLimit,
    nullable: true,
    description: "The longest context that fits hardware; null when its memory is unknown.",
    args: {
      ...hardwareArg,
      ...quantArg,
      beyondTrained: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: "True to go on beyond the context that it was made for.",
      }),
      ...engineArgs,
    },
    select: { columns },
    complexity,
    resolve: ({ memoryProfile }, { on, beyondTrained, ...settings }) => {
      const budget = budgetBytes(on, "on.");
      if (!memoryProfile) return null;
      const input = { ...settings, ctx: 1 };
      return nullWhereUnfit(() => contextLimit(memoryProfile, input, budget, beyondTrained));
    },
  }),
  maxConcurrency: t.field({
    type: ConcurrencyLimit,
    nullable: true,
    description:
      "The most sequences of a context that fit hardware at the same time; null when its memory is unknown.",
    args: { ...hardwareArg, ...quantArg, ...ctxArg, ...withoutBatch },
    select: { columns },
    complexity,
    resolve: ({ memoryProfile }, { on, ...settings }) => {
      const budget = budgetBytes(on, "on.");
      if (!memoryProfile) return null;
      const input = { ...settings, batch: 1 };
      return nullWhereUnfit(() => sequenceLimit(memoryProfile, input, budget));
    },
  }),
  bestQuant: t.field({
    type: MemoryEstimate,
    nullable: true,
    description:
      "The estimate of the largest weight format that fits hardware, of those that no smaller one beats in quality; null when none fits, or its memory is unknown.",
    args: {
      ...hardwareArg,
      ...ctxArg,
      among: t.arg({
        type: [QuantizationNameEnum],
        description:
          "The largest of these, whatever its quality; what the engine loads when left out.",
      }),
      ...engineArgs,
    },
    select: { columns },
    complexity,
    resolve: ({ memoryProfile }, { on, among, ...input }) => {
      const budget = budgetBytes(on, "on.");
      if (among?.length === 0) throw badInput("among", among, "a list of at least one format");
      if (!memoryProfile) return null;
      const settings = settingsOf({ ...input, quant: "F16" });
      const formats = among ?? choiceFor(input.engine);
      const choice = nullWhereUnfit(() =>
        refusalsAsBadInput(() => largestQuantization(memoryProfile, settings, budget, formats)),
      );
      if (!choice) return null;
      return billed(memoryProfile, choice.estimate, choice.quant as WeightFormatName, input.ctx);
    },
  }),
}));
