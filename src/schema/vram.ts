/** Memory estimates: the itemised bill of one model under one set of settings. */
import {
  type Basis,
  evaluate,
  evaluateLlamaCpp,
  hardwareSize,
  hardwareTier,
  type MemoryEstimate as Itemised,
  type LlamaCppProfile,
  type MemoryProfile,
  memoryClassGiB,
  nominalEstimate,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { described } from "./enums.ts";
import {
  type EstimateMethod,
  EstimateMethodEnum,
  type SettingsInput,
  settingsOf,
} from "./estimate-settings.ts";
import { HardwareSizeEnum, HardwareTierEnum } from "./hardware-tier.ts";
import { nullWhereUnfit, refusalsAsBadInput } from "./input-errors.ts";
import { Quantization, type WeightFormatName } from "./quantization.ts";

/** The bill, with what it is for. Low and high are null where the method has no interval. */
export interface Estimate
  extends Pick<
    Itemised,
    | "weightsBytes"
    | "kvCacheBytes"
    | "recurrentStateBytes"
    | "computeBytes"
    | "runtimeBytes"
    | "overheadBytes"
    | "totalBytes"
    | "hostBytes"
    | "basis"
    | "warnings"
  > {
  quant: WeightFormatName;
  contextTokens: number;
  lowBytes: number | null;
  highBytes: number | null;
  engine: string | null;
  method: EstimateMethod;
  bitsPerWeight: number | null;
}

const BasisEnum = builder.enumType("EstimateBasis", {
  description: "What the weights are known from, best first.",
  values: described<Basis>({
    PUBLISHED_FILE: "The tensors of a file that somebody published.",
    TENSOR_LEVEL: "A list of all tensors and the quantizer's own rules.",
    PARAMETER_COUNT: "The number of parameters times mean bits per weight.",
  }),
});

export const MemoryEstimate = builder.objectRef<Estimate>("MemoryEstimate").implement({
  description: "Memory that a model takes on the accelerator, item by item.",
  fields: (t) => {
    const size = (description: string, bytes: (estimate: Estimate) => number) =>
      t.field({ type: ByteSize, description, resolve: bytes });
    const bound = (description: string, bytes: (estimate: Estimate) => number | null) =>
      t.field({ type: ByteSize, nullable: true, description, resolve: bytes });
    return {
      quantization: t.field({
        type: Quantization,
        description: "The weight format that it is for.",
        resolve: ({ quant }) => quant,
      }),
      contextTokens: t.int({
        description: "The context that it is for, in tokens.",
        resolve: ({ contextTokens }) => contextTokens,
      }),
      weights: size(
        "Weights. For llama.cpp those of the text model, as its projector for images or sound is a file of its own; for vLLM and transformers the whole checkpoint with its towers, as far as their size is known.",
        (e) => e.weightsBytes,
      ),
      kvCache: size(
        "Keys and values of all tokens of the context; for vLLM the states of recurrent layers too, which share its pages.",
        (e) => e.kvCacheBytes,
      ),
      recurrentState: size(
        "States of recurrent layers, which do not grow with the context.",
        (e) => e.recurrentStateBytes,
      ),
      activations: size("Scratch space of one pass through the model.", (e) => e.computeBytes),
      runtime: size("What the driver takes for itself.", (e) => e.runtimeBytes),
      overhead: size("The safety margin that was asked for.", (e) => e.overheadBytes),
      total: size("All of the above.", (e) => e.totalBytes),
      low: bound(
        "Total with the uncertain parts at their low end; null for NOMINAL.",
        (e) => e.lowBytes,
      ),
      high: bound(
        "Total with the uncertain parts at their high end; null for NOMINAL.",
        (e) => e.highBytes,
      ),
      host: size("What stays in the computer's own memory beside it.", (e) => e.hostBytes),
      tier: t.field({
        type: HardwareTierEnum,
        description: "How much hardware the total asks for.",
        resolve: ({ totalBytes }) => hardwareTier(totalBytes),
      }),
      hardwareSize: t.field({
        type: HardwareSizeEnum,
        description: "The same on the finer scale.",
        resolve: ({ totalBytes }) => hardwareSize(totalBytes),
      }),
      memoryClassGib: t.int({
        nullable: true,
        description:
          "Smallest memory size sold that holds the total, in GiB, on one device or in one machine; null when none does.",
        resolve: ({ totalBytes }) => memoryClassGiB(totalBytes),
      }),
      bitsPerWeight: t.float({
        nullable: true,
        description: "Bits per weight of this model in this format; null where not known.",
        resolve: ({ bitsPerWeight }) => bitsPerWeight,
      }),
      basis: t.field({
        type: BasisEnum,
        description: "What the weights are known from.",
        resolve: ({ basis }) => basis,
      }),
      method: t.field({
        type: EstimateMethodEnum,
        description: "How the estimate was made.",
        resolve: ({ method }) => method,
      }),
      engine: t.string({
        nullable: true,
        description: "The program whose allocation it follows, with its version; null for NOMINAL.",
        resolve: ({ engine }) => engine,
      }),
      warnings: t.stringList({
        description: "What to know before trusting it, in sentences.",
        resolve: ({ warnings }) => [...warnings],
      }),
    };
  },
});

/** What the nominal method reads of a model. */
export interface NominalShape {
  totalParameters: number | null;
  layers: number | null;
  kvHeads: number | null;
  headDim: number | null;
}

export type EstimateInput = SettingsInput & { method: EstimateMethod };

/** The estimate of a model of the catalog; null too where the cache type does not fit it. */
export const estimateOfModel = (...words: Parameters<typeof estimate>): Estimate | null =>
  nullWhereUnfit(() => estimate(...words));

/** The estimate of either method; null when the model says too little for it. */
export function estimate(
  profile: LlamaCppProfile | MemoryProfile | null,
  shape: NominalShape,
  input: EstimateInput,
): Estimate | null {
  if (input.method === "NOMINAL") return nominal(shape, input);
  return profile && itemised(profile, input);
}

export function itemised(profile: LlamaCppProfile | MemoryProfile, input: SettingsInput): Estimate {
  const settings = settingsOf(input);
  const bill = refusalsAsBadInput(() =>
    "vllm" in profile ? evaluate(profile, settings) : evaluateLlamaCpp(profile, settings),
  );
  return billed(profile, bill, input.quant, input.ctx);
}

/** A bill of the estimator, with what it is for. */
export function billed(
  profile: Pick<LlamaCppProfile, "weights" | "parameters">,
  bill: Itemised,
  quant: WeightFormatName,
  contextTokens: number,
): Estimate {
  const bytes = profile.weights[quant]?.bytes;
  const parameters = profile.parameters?.total;
  const bitsPerWeight = bytes && parameters ? (bytes * 8) / parameters : null;
  return { ...bill, quant, contextTokens, bitsPerWeight };
}

function nominal(shape: NominalShape, input: SettingsInput): Estimate | null {
  const { totalParameters: parameters, layers, kvHeads, headDim } = shape;
  if (parameters === null || layers === null || kvHeads === null || headDim === null) return null;
  const settings = settingsOf(input);
  const bill = refusalsAsBadInput(() =>
    nominalEstimate({ parameters, layers, kvHeads, headDim, ...settings }),
  );
  return {
    ...bill,
    quant: input.quant,
    contextTokens: input.ctx,
    recurrentStateBytes: 0,
    runtimeBytes: 0,
    hostBytes: 0,
    lowBytes: null,
    highBytes: null,
    bitsPerWeight: (bill.weightsBytes * 8) / parameters,
    basis: "PARAMETER_COUNT",
    method: "NOMINAL",
    engine: null,
    warnings: ["The nominal method ignores how this model's layers differ."],
  };
}
