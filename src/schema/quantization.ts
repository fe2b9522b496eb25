/** Quantizations: the weight formats that memory can be asked for, with what each costs in quality. */
import { QUANTIZATION_NAMES, QUANTIZATIONS, type QuantizationName } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";

/** Perplexity of Llama 3 8B at F16 on wikitext: what llama.cpp's published increases add to. */
const F16_PERPLEXITY = 6.2332;
const QUALITY_SOURCE = "llama.cpp: perplexity of Llama 3 8B on wikitext, relative to F16";

const describe = (name: QuantizationName): string => {
  const { bitsPerWeight, perplexityIncrease } = QUANTIZATIONS[name];
  const quality =
    perplexityIncrease === null ? "" : ` Perplexity of Llama 3 8B rises by ${perplexityIncrease}.`;
  return `${bitsPerWeight} bits per weight in a file of Llama 3.1 8B.${quality}`;
};

export const QuantizationNameEnum = builder.enumType("QuantizationName", {
  description: "Weight formats by the names that llama.cpp gives its file types.",
  values: described(
    Object.fromEntries(QUANTIZATION_NAMES.map((name) => [name, describe(name)])) as Record<
      QuantizationName,
      string
    >,
  ),
});

export const Quantization = builder.objectRef<QuantizationName>("Quantization").implement({
  description: "A weight format: how many bits a weight takes and what that costs in quality.",
  fields: (t) => ({
    name: t.field({
      type: QuantizationNameEnum,
      description: "Its name, as in `vram(quant:)`.",
      resolve: (name) => name,
    }),
    bitsPerWeight: t.float({
      description: "Bits per weight of a whole file of Llama 3.1 8B; other models differ.",
      resolve: (name) => QUANTIZATIONS[name].bitsPerWeight,
    }),
    nominalBytesPerWeight: t.float({
      description: "The round figure of calculator pages, in bytes: 0.5 for anything called Q4.",
      resolve: (name) => QUANTIZATIONS[name].nominalBytesPerWeight,
    }),
    perplexityIncrease: t.float({
      nullable: true,
      description: "Perplexity above F16, smaller is better; null where none is published.",
      resolve: (name) => QUANTIZATIONS[name].perplexityIncrease,
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
      resolve: (name) => QUANTIZATIONS[name].needsImatrix,
    }),
  }),
});

function qualityPercent(name: QuantizationName): number | null {
  const increase = QUANTIZATIONS[name].perplexityIncrease;
  if (increase === null) return null;
  return Math.round((1000 * F16_PERPLEXITY) / (F16_PERPLEXITY + increase)) / 10;
}

builder.queryField("quantizations", (t) =>
  t.field({
    type: [Quantization],
    description: "Every weight format, from the most bits to the fewest.",
    resolve: () => QUANTIZATION_NAMES,
  }),
);
