/**
 * Why a published file is not the standard mixture of its name. A rule looks at who made the file, when,
 * and of which model, never at its error; the first that applies counts, and what remains is standard.
 * Some causes are inferred from sizes alone: docs/accuracy.md says which.
 */
import { isQuantization } from "../../src/estimator/index.ts";
import type { CorpusModel } from "./corpus.ts";
import type { PublishedSize } from "./published.ts";

export interface Exception {
  reason: string;
  applies: (file: PublishedSize, model: CorpusModel) => boolean;
  /** The file holds the tied head a second time; counting it makes the estimate comparable. */
  copiesHead?: true;
  /** The file's size holds the towers as well; counting them in 16 bits makes it comparable. */
  withTowers?: true;
}

const from = (file: PublishedSize, source: string, start: RegExp) =>
  file.source === source && start.test(file.name);

/** Ollama adds the projector to the size of models that see. */
const SEEING =
  /^(gemma3:(4b|27b)|qwen2\.5vl|qwen3-vl|qwen3\.5|minicpm-v|llama3\.2-vision|llama4|mistral-small3|ministral-3|devstral-small-2)/;

/** Files that Ollama's own engine converted, with some matrices in richer types. */
const OLLAMA_RECIPES =
  /^(qwen3:(?!.*2507)|deepseek-r1:8b-0528|qwen3-next|glm-4\.7-flash|phi4-mini-reasoning|gemma:2b-(instruct|text)-(?!v1\.1))/;

/** Ollama's files of models that came out before the quantizer changed, in winter 2023/24. */
const OLLAMA_OLD =
  /^((llama2|codellama|tinyllama|phi|falcon|deepseek-llm|stablelm-zephyr|qwen|starcoder2):|mistral:7b-(instruct|text)-(?!v0\.3)|yi:(?!.*v1\.5))/;

/** Mixtures whose rules changed then. */
const CHANGED = new Set(["Q2_K", "Q3_K_S", "Q4_K_S"]);

/** Architectures with one matrix for query, key and value. */
const FUSED = new Set(["phi2", "phi3", "qwen", "chatglm", "falcon"]);

export const EXCEPTIONS: Exception[] = [
  {
    reason: "a publisher's own mixture (UD, _L, _XL, 1-bit forks): no rule to compute from",
    applies: ({ quant }) => !isQuantization(quant),
  },
  {
    reason: "the catalogue shows another file of the repository (the projector)",
    applies: ({ name }) => name === "mistralai/Ministral-3-3B-Instruct-2512-GGUF BF16",
  },
  {
    reason: "the label is the file's main type; the card does not tell its mixture (`latest`)",
    applies: (file) => from(file, "Docker", /:latest$/),
  },
  {
    reason: "gpt-oss: experts stay in the publisher's MXFP4 whatever the name says",
    applies: ({ quant }, { architecture }) =>
      architecture.ggufArchitecture === "gpt-oss" && !quant.startsWith("MXFP4"),
  },
  {
    reason: "the size includes the projector (counted here in 16 bits)",
    withTowers: true,
    applies: (file) => from(file, "Ollama", SEEING),
  },
  {
    reason: "Ollama's own recipe: some matrices stay in F16 or Q8_0",
    applies: (file) => from(file, "Ollama", OLLAMA_RECIPES),
  },
  {
    reason: "an embedding model without the output head that its config states",
    applies: (_, { id }) => id === "Qwen/Qwen3-Embedding-8B",
  },
  {
    reason: "the file holds a copy of the tied head (counted here)",
    copiesHead: true,
    applies: (file, { id, architecture }) =>
      architecture.tiedEmbeddings &&
      (/^tiiuae\/falcon/.test(id) ||
        (file.publisher === "Qwen" && /^Qwen\/Qwen(1\.5|2)/.test(id)) ||
        from(file, "Ollama", /^qwen:(0\.5b|1\.8b)/) ||
        from(file, "Docker", /^qwen3:0\.6B/)),
  },
  {
    reason: "a quantizer of before spring 2024, with other rules",
    applies: (file) =>
      (CHANGED.has(file.quant) &&
        (file.publisher === "TheBloke" || from(file, "Ollama", OLLAMA_OLD))) ||
      from(file, "Ollama", /^starcoder2/),
  },
  {
    reason: "fused query-key-value matrices under the rule of before 2026",
    applies: ({ quant }, { architecture }) =>
      FUSED.has(architecture.ggufArchitecture ?? "") && /^(Q2|Q3|Q4_K_M|Q5_K_M|IQ)/.test(quant),
  },
  {
    reason: "an uploader's own types per tensor (mixtures of experts and hybrids)",
    applies: ({ publisher }, model) =>
      publisher === "ddh0" || (isMixed(model) && /^(unsloth|bartowski)$/.test(publisher)),
  },
  {
    reason: "not told whether an importance matrix was used, which this mixture asks about",
    applies: ({ publisher, quant }) => publisher === "gpt4all" && quant === "Q4_0",
  },
  {
    reason: "a small file of a large vocabulary: the header is over 2% and only assumed",
    applies: ({ low, tensorsOnly }, { architecture }) =>
      !tensorsOnly && architecture.vocabSize * 50 > low * 0.02,
  },
];

function isMixed({ architecture }: CorpusModel): boolean {
  return architecture.layers.some(
    ({ mixer, feedForward }) =>
      feedForward.kind === "moe" || !["attention", "latent", "none"].includes(mixer.kind),
  );
}
