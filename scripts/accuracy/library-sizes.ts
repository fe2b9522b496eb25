/**
 * Sizes on two libraries' pages: Ollama's, in decimal gigabytes as rounded text, and Docker's model
 * cards, which print GiB as "GB". Tags without a quantization are further names of others and left out.
 */
import { GIB, isQuantization, MIB } from "../../src/estimator/index.ts";
import { LIBRARY_MODELS } from "./library-models.ts";
import { canonicalQuant, type PublishedSize, roundedSize } from "./published.ts";
import { upstream } from "./shared.ts";

interface Library {
  models: Record<string, { tags: Record<string, { size: string | null }> }>;
}

interface ModelCards {
  tags: Record<string, { size: string; quant: string }>;
}

export function librarySizes(): PublishedSize[] {
  const { models } = upstream<Library>("ollama_library.json");
  return Object.entries(models).flatMap(([family, { tags }]) =>
    Object.entries(tags).flatMap(([tag, { size }]) => {
      const [, written] = /(?:^|-)(q\d\w*|fp16|bf16)$/i.exec(tag) ?? [];
      const found = LIBRARY_MODELS.find(([f, start]) => f === family && tag.startsWith(start));
      const interval = roundedSize(size ?? "");
      if (written === undefined || found === undefined || interval === null) return [];
      const [low, high] = interval;
      const name = `${family}:${tag}`;
      const common = { source: "Ollama", name, publisher: "ollama", model: found[2] };
      return { ...common, quant: canonicalQuant(written), low, high, imatrix: false };
    }),
  );
}

/**
 * Docker's name before the size, and the config with the shapes. The column counts tensors alone: the F16 files of
 * models with a large vocabulary say so, and no header fits between.
 */
const CARDS: [start: string, model: string][] = [
  ["deepcoder-preview:14b", "Qwen/Qwen2.5-14B"],
  ["deepseek-r1-distill-llama:8b", "meta-llama/Llama-3.1-8B"],
  ["deepseek-r1-distill-llama:70b", "meta-llama/Llama-3.3-70B-Instruct"],
  ["gemma3:270m", "google/gemma-3-270m"],
  ["gemma3-qat:270m", "google/gemma-3-270m"],
  ["gemma3:latest", "google/gemma-3-4b-it"],
  ["gemma3-qat:latest", "google/gemma-3-4b-it"],
  ["gemma3:4b", "google/gemma-3-4b-it"],
  ["gemma3-qat:4b", "google/gemma-3-4b-it"],
  ["gemma3-qat:27b", "google/gemma-3-27b-it"],
  ["gpt-oss:20b", "openai/gpt-oss-20b"],
  ["gpt-oss-safeguard:20b", "openai/gpt-oss-20b"],
  ["llama3.1:8b", "meta-llama/Llama-3.1-8B"],
  ["llama3.2:1b", "meta-llama/Llama-3.2-1B-Instruct"],
  ["llama3.3:70b", "meta-llama/Llama-3.3-70B-Instruct"],
  ["ministral3:3b", "mistralai/Ministral-3-3B-Instruct-2512"],
  ["mistral-nemo:12b", "mistralai/Mistral-Nemo-Instruct-2407"],
  ["mistral:7b", "mistralai/Mistral-7B-v0.3"],
  ["phi4:14b", "microsoft/phi-4"],
  ["qwen2.5:0.5b", "Qwen/Qwen2.5-0.5B"],
  ["qwen2.5:1.5b", "Qwen/Qwen2.5-1.5B"],
  ["qwen2.5:3b", "Qwen/Qwen2.5-3B"],
  ["qwen2.5:7b", "Qwen/Qwen2.5-7B"],
  ["qwen3:0.6b", "Qwen/Qwen3-0.6B"],
  ["qwen3:4b", "Qwen/Qwen3-4B"],
  ["qwen3:8b", "Qwen/Qwen3-8B"],
  ["qwen3:latest", "Qwen/Qwen3-8B"],
  ["qwen3:14b", "Qwen/Qwen3-14B"],
  ["qwen3:30b", "Qwen/Qwen3-30B-A3B"],
  ["qwen3-coder:latest", "Qwen/Qwen3-Coder-30B-A3B-Instruct"],
  ["qwen3-embedding:0.6b", "Qwen/Qwen3-Embedding-0.6B"],
  ["qwen3-embedding:8b", "Qwen/Qwen3-Embedding-8B"],
  ["qwen3-vl:2b", "Qwen/Qwen3-VL-2B-Instruct"],
  ["qwen3-vl:4b", "Qwen/Qwen3-VL-4B-Instruct"],
  ["qwen3-vl:32b", "Qwen/Qwen3-VL-32B-Instruct"],
  ["qwq:32b", "Qwen/QwQ-32B"],
  ["seed-oss:36b", "ByteDance-Seed/Seed-OSS-36B-Instruct"],
  ["seed-oss:latest", "ByteDance-Seed/Seed-OSS-36B-Instruct"],
  ["smollm2:135m", "HuggingFaceTB/SmolLM2-135M-Instruct"],
  ["smollm3:", "HuggingFaceTB/SmolLM3-3B-Base"],
];

export function modelCardSizes(): PublishedSize[] {
  const { tags } = upstream<ModelCards>("docker_model_cards.json");
  return Object.entries(tags).flatMap(([tag, { size, quant }]) => {
    const name = tag.replace(/^ai\//, "");
    const found = CARDS.find(([start]) => name.toLowerCase().startsWith(start));
    const interval = roundedSize(size, { GB: GIB, MB: MIB });
    if (found === undefined || interval === null) return [];
    const [low, high] = interval;
    // A tag names its quantization; the latest one has it in the column alone.
    const tagged = /(?:[:-])((?:UD-)?I?Q\d\w*|B?F16|MXFP4)$/i.exec(name)?.[1];
    const written = canonicalQuant(tagged ?? quant.replace(/^MOSTLY_|^.*\//, ""));
    const standard = isQuantization(written) ? written : `own ${written}`;
    const common = {
      source: "Docker",
      name,
      publisher: "docker",
      tensorsOnly: true,
      model: found[1],
    };
    return { ...common, quant: standard, low, high, imatrix: false };
  });
}
