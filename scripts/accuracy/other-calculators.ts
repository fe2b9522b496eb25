/**
 * What other public calculators and pages print for models of the corpus, beside the real figure where
 * one is known and ours, computed here. Theirs are as their issues and data files record them.
 */
import { type EstimateSettings, evaluate, GIB, toGB } from "../../src/estimator/index.ts";
import { type CorpusModel, corpusModel } from "./corpus.ts";
import { printTable } from "./markdown.ts";

interface Other {
  who: string;
  what: string;
  model: string;
  theirs: string;
  real: string;
  ours: (model: CorpusModel) => string;
}

const gib = (bytes: number) => `${(bytes / GIB).toFixed(2)} GiB`;
const gb = (bytes: number) => `${toGB(bytes).toFixed(2)} GB`;
const file = (quant: string) => (model: CorpusModel) => gib(model.profile.weights[quant]!.bytes);
const total = (model: CorpusModel, settings: EstimateSettings) =>
  evaluate(model.profile, settings).totalBytes;

const OTHERS: Other[] = [
  ...[
    ["Q4_K_M", "69.1 GiB"],
    ["Q6_K", "93.4 GiB"],
    ["Q8_0", "120.9 GiB"],
  ].map(([quant = "", real = ""]) => ({
    who: "canirun.ai",
    what: `Qwen3.5-122B-A10B ${quant}, file`,
    model: "Qwen/Qwen3.5-122B-A10B",
    theirs: "about 37 GiB (one part of a split file)",
    real,
    ours: file(quant),
  })),
  {
    who: "canirun.ai",
    what: "Llama 3.1 8B Q4_K_M, file",
    model: "meta-llama/Llama-3.1-8B",
    theirs: "5,261,334,938 bytes (4.9 GB read as GiB)",
    real: "4,920,739,168 bytes",
    ours: ({ profile }) => `${profile.weights.Q4_K_M!.bytes.toLocaleString("en")} bytes of tensors`,
  },
  {
    who: "KAITO",
    what: "gpt-oss-20b, weights",
    model: "openai/gpt-oss-20b",
    theirs: "25.63 GiB (counts a second copy)",
    real: "12.83 GiB",
    ours: file("MXFP4_BF16"),
  },
  {
    who: "LM Studio",
    what: "Qwen3.5 9B, 110,000 tokens",
    model: "Qwen/Qwen3.5-9B",
    theirs: "22.92 GB",
    real: "about 11.5 GB",
    ours: (model) => {
      const bytes = total(model, { quant: "Q4_K_M", contextTokens: 110_000 });
      return `${gb(bytes)} (text model at Q4_K_M)`;
    },
  },
  {
    who: "llmfit (early)",
    what: "DeepSeek-V3, weights",
    model: "deepseek-ai/DeepSeek-V3",
    theirs: "22 GB (active parameters as all)",
    real: "404 GB at Q4_K_M",
    ours: ({ profile }) => `${gb(profile.weights.Q4_K_M!.bytes)} at Q4_K_M`,
  },
  {
    who: "Docker's cards",
    what: "Llama 3.1 8B Q4_K_M, 131,072 tokens",
    model: "meta-llama/Llama-3.1-8B",
    theirs: "5.33 GiB (of a small context)",
    real: "not measured",
    ours: (model) => gib(total(model, { quant: "Q4_K_M", contextTokens: 131_072 })),
  },
  {
    who: "Hugging Face blog",
    what: "Llama 3.1 405B, 16-bit cache of 131,072 tokens",
    model: "meta-llama/Llama-3.1-405B",
    theirs: "twice the cache (16 key heads instead of 8)",
    real: "63 GiB by the formula, 2 × 126 × 8 × 128 × 2 bytes a token",
    ours: ({ profile }) =>
      gib(evaluate(profile, { quant: "F16", contextTokens: 131_072 }).kvCacheBytes),
  },
  {
    who: "Hub and all that copy it",
    what: "Qwen3 0.6B, parameters",
    model: "Qwen/Qwen3-0.6B",
    theirs: "751,632,384 (the tied head twice)",
    real: "596,049,920",
    ours: ({ profile }) => profile.parameters!.total.toLocaleString("en"),
  },
];

export function printOthers(): void {
  const rows = OTHERS.flatMap(({ who, what, model, theirs, real, ours }) => {
    const found = corpusModel(model);
    return found === null ? [] : [[who, what, theirs, real, ours(found)]];
  });
  printTable("Other public calculators", ["who", "what", "theirs", "real", "ours"], rows);
}
