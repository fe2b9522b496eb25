/** Quantizations: the weight formats that memory can be asked for, with what each costs in quality. */
import {
  CHECKPOINT_FORMAT_NAMES,
  CHECKPOINT_FORMATS,
  type CheckpointFormatName,
  type Quantization as GgufFormat,
  isQuantization,
  QUANTIZATION_NAMES,
  QUANTIZATIONS,
  type QuantizationName,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";

/** Perplexity of Llama 3 8B at F16 on wikitext: what llama.cpp's published increases add to. */
const F16_PERPLEXITY = 6.2332;
const QUALITY_SOURCE = "llama.cpp: perplexity of Llama 3 8B on wikitext, relative to F16";

/** A weight format of GGUF files, or of the checkpoints that other engines load. */
export type WeightFormatName = QuantizationName | CheckpointFormatName;

export const WEIGHT_FORMAT_NAMES: readonly WeightFormatName[] = [
  ...QUANTIZATION_NAMES,
  ...CHECKPOINT_FORMAT_NAMES,
];

/** What llama.cpp knows of a format; null for one of checkpoints. */
const gguf = (name: WeightFormatName): GgufFormat | null =>
  isQuantization(name) ? QUANTIZATIONS[name] : null;

/** The figures that all formats have. */
export const formatOf = (name: WeightFormatName) =>
  isQuantization(name) ? QUANTIZATIONS[name] : CHECKPOINT_FORMATS[name];

const describe = (name: QuantizationName): string => {
  const { bitsPerWeight, perplexityIncrease } = QUANTIZATIONS[name];
  const quality =
    perplexityIncrease === null ? "" : ` Perplexity of Llama 3 8B rises by ${perplexityIncrease}.`;
  return `${bitsPerWeight} bits per weight in a file of Llama 3.1 8B.${quality}`;
};

function describeCheckpoint(name: CheckpointFormatName): string {
  const { bitsPerWeight } = CHECKPOINT_FORMATS[name];
  return `Checkpoints with ${bitsPerWeight} bits per packed weight; llama.cpp does not load them.`;
}

type Container = "GGUF" | "CHECKPOINT";

const ContainerEnum = builder.enumType("WeightContainer", {
  description: "What kind of files hold the weights.",
  values: described<Container>({
    GGUF: "GGUF files, as llama.cpp loads.",
    CHECKPOINT: "Checkpoints of safetensors, as vLLM, transformers or MLX load.",
  }),
});

export const QuantizationNameEnum = builder.enumType("QuantizationName", {
  description:
    "Weight formats: llama.cpp's file types by its own names, then formats of checkpoints.",
  values: described(
    Object.fromEntries([
      ...QUANTIZATION_NAMES.map((name) => [name, describe(name)]),
      ...CHECKPOINT_FORMAT_NAMES.map((name) => [name, describeCheckpoint(name)]),
    ]) as Record<WeightFormatName, string>,
  ),
});

export const Quantization = builder.objectRef<WeightFormatName>("Quantization").implement({
  description: "A weight format: how many bits a weight takes and what that costs in quality.",
  fields: (t) => ({
    name: t.field({
      type: QuantizationNameEnum,
      description: "Its name, as in `vram(quant:)`.",
      resolve: (name) => name,
    }),
    container: t.field({
      type: ContainerEnum,
      description: "What kind of files hold the weights.",
      resolve: (name) => (gguf(name) ? "GGUF" : "CHECKPOINT"),
    }),
    bitsPerWeight: t.float({
      description:
        "Bits per weight of a whole file of Llama 3.1 8B, where other models differ; of a checkpoint, bits per packed weight.",
      resolve: (name) => formatOf(name).bitsPerWeight,
    }),
    nominalBytesPerWeight: t.float({
      description: "The round figure of calculator pages, in bytes: 0.5 for anything called Q4.",
      resolve: (name) => formatOf(name).nominalBytesPerWeight,
    }),
    perplexityIncrease: t.float({
      nullable: true,
      description: "Perplexity above F16, smaller is better; null where none is published.",
      resolve: (name) => gguf(name)?.perplexityIncrease ?? null,
    }),
    qualityPercent: t.float({
      nullable: true,
      description:
        "Perplexity of F16 as a percentage of this one's, to one decimal: 100 is as good as F16. Null where none is published.",
      resolve: (name) => qualityPercent(name),
    }),
    qualitySource: t.string({
      nullable: true,
      description: "What the two quality figures were measured on; null where there are none.",
      resolve: (name) => (qualityPercent(name) === null ? null : QUALITY_SOURCE),
    }),
    needsImatrix: t.boolean({
      description: "True when files are made with an importance matrix as a rule.",
      resolve: (name) => gguf(name)?.needsImatrix ?? false,
    }),
  }),
});

function qualityPercent(name: WeightFormatName): number | null {
  const increase = gguf(name)?.perplexityIncrease ?? null;
  if (increase === null) return null;
  return Math.round((1000 * F16_PERPLEXITY) / (F16_PERPLEXITY + increase)) / 10;
}

builder.queryFields((t) => ({
  quantization: t.field({
    type: Quantization,
    description: "One weight format.",
    args: {
      name: t.arg({ type: QuantizationNameEnum, required: true, description: "Its name." }),
    },
    resolve: (_root, { name }) => name,
  }),
  quantizations: t.field({
    type: [Quantization],
    description:
      "Every weight format: those of GGUF files from the most bits to the fewest, then those of checkpoints.",
    // A list of fixed length; it is the longest that takes no arguments.
    complexity: { field: 1, multiplier: WEIGHT_FORMAT_NAMES.length },
    resolve: () => [...WEIGHT_FORMAT_NAMES],
  }),
}));
