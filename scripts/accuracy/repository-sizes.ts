/**
 * Sizes of GGUF repositories in one catalogue, GiB with one decimal. A repository belongs to a config
 * when both have the same name, apart from the owner, the format, and suffixes that say how a model
 * was tuned, because tuning changes no shape.
 */
import { canonicalQuant, type PublishedSize, roundedSize } from "./published.ts";
import { upstream } from "./shared.ts";

interface Catalogue {
  repos: Record<string, { quants: Record<string, string> }>;
}

/** Owners who build every file with an importance matrix. Others do when the name says `i1`. */
const IMATRIX = new Set(["bartowski", "unsloth", "lmstudio-community"]);

/** Owners that bartowski and others write before the model's name. */
const OWNERS =
  /^(qwen|google|mistralai|meta-llama|microsoft|openai|liquidai|baidu|nvidia|zai-org)_/;

/** Names that differ in more than a suffix although the model is the same or has its shapes. */
const ALIASES: Record<string, string> = {
  "meta-llama-3.1-8b": "llama-3.1-8b",
  "deepseek-r1-distill-llama-8b": "llama-3.1-8b",
  "deepseek-r1-distill-qwen-14b": "qwen2.5-14b",
  "deepseek-r1-0528-qwen3-8b": "qwen3-8b",
  "qwen2.5-coder-0.5b": "qwen2.5-0.5b",
  "qwen2.5-coder-1.5b": "qwen2.5-1.5b",
  "qwen2.5-coder-3b": "qwen2.5-3b",
  "qwen2.5-coder-7b": "qwen2.5-7b",
  "qwen2.5-coder-14b": "qwen2.5-14b",
  "qwen2.5-coder-32b": "qwen2.5-32b",
  "qwen3-8b-128k": "qwen3-8b",
  "qwen3-4b-instruct-2507": "qwen3-4b",
  "qwen3-4b-thinking-2507": "qwen3-4b",
  "qwen3-vl-2b-thinking": "qwen3-vl-2b",
  "qwen3-vl-4b-thinking": "qwen3-vl-4b",
  "smollm3-3b-128k": "smollm3-3b",
  "phi-4-reasoning-plus": "phi-4",
  "gpt-oss-safeguard-20b": "gpt-oss-20b",
  "nemotron-3-nano-30b-a3b": "nvidia-nemotron-3-nano-30b-a3b",
  "nemotron-nano-3-30b-a3b": "nvidia-nemotron-3-nano-30b-a3b",
};

function baseName(id: string): string {
  const name = id.slice(id.indexOf("/") + 1).toLowerCase();
  const plain = name
    .replace(OWNERS, "")
    .replace(/[-_.](i1-)?gguf$/, "")
    .replace(/-(instruct|it|chat|base|hf|bf16)$/, "");
  return ALIASES[plain] ?? plain;
}

export function repositorySizes(models: readonly string[]): PublishedSize[] {
  const byName = new Map(models.map((id) => [baseName(id), id]));
  const { repos } = upstream<Catalogue>("gguf_sizes_jan.json");
  return Object.entries(repos).flatMap(([repo, { quants }]) => {
    const model = byName.get(baseName(repo));
    if (model === undefined) return [];
    const publisher = repo.slice(0, repo.indexOf("/"));
    // The quantizer refuses these without a matrix, so whoever has one used it.
    const refused = Object.keys(quants).some((quant) => /^IQ(1_|2_X|2_S)/.test(quant));
    const imatrix = IMATRIX.has(publisher) || repo.includes("-i1-") || refused;
    return Object.entries(quants).flatMap(([quant, text]) => {
      const interval = roundedSize(text);
      if (interval === null) return [];
      const [low, high] = interval;
      const common = { source: "repositories", name: `${repo} ${quant}`, publisher, model };
      return { ...common, quant: canonicalQuant(quant), low, high, imatrix };
    });
  });
}
