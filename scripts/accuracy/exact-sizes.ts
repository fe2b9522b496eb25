/**
 * Byte-exact sizes: catalogues of two desktop applications. Their names are of fine-tunes as often as
 * of base models, so the table says which config has the same shapes, and which vocabulary where a
 * fine-tune added tokens. Models without such a config in the corpus are left out.
 */
import type { PublishedSize } from "./published.ts";
import { canonicalQuant } from "./published.ts";
import { upstream } from "./shared.ts";

interface ExactFile {
  file?: string;
  filename?: string;
  quant: string;
  bytes?: number;
  filesize?: string;
  repo?: string;
}

interface ExactSizes {
  lmstudio: Record<string, ExactFile[]>;
  gpt4all: ExactFile[];
}

const LLAMA_7B = "meta-llama/Llama-2-7b-hf";
const LLAMA_13B = "meta-llama/Llama-2-13b-hf";
const LLAMA3 = "meta-llama/Meta-Llama-3-8B";
const LLAMA31 = "meta-llama/Llama-3.1-8B";
const MISTRAL = "mistralai/Mistral-7B-v0.1";

/** Start of the file's name in small letters, the config with its shapes, its own vocabulary. */
const FILES: [start: string, model: string, vocabSize?: number][] = [
  ["codellama-7b", "codellama/CodeLlama-7b-hf"],
  ["hermes-2-pro-mistral-7b", MISTRAL, 32032],
  ["nous-hermes-2-mistral-7b-dpo", MISTRAL, 32002],
  ["meta-llama-3-8b", LLAMA3],
  ["meta-llama-3.1-8b", LLAMA31],
  ["deepseek-r1-distill-llama-8b", LLAMA31],
  ["llama-3.2-1b", "meta-llama/Llama-3.2-1B-Instruct"],
  ["mistral-7b-instruct-v0.1", MISTRAL],
  ["mistral-7b-instruct-v0.2", "mistralai/Mistral-7B-Instruct-v0.2"],
  ["mistral-7b-openorca", MISTRAL, 32002],
  ["openhermes-2.5-mistral-7b", MISTRAL, 32002],
  ["starling-lm-7b", MISTRAL, 32002],
  ["zephyr-7b-beta", MISTRAL],
  ["em_german_mistral", MISTRAL],
  ["ghost-7b", MISTRAL],
  ["nexusraven-v2-13b", "codellama/CodeLlama-13b-hf", 32024],
  ["wizardcoder-python-13b", "codellama/CodeLlama-13b-hf", 32001],
  ["wizardlm-13b", LLAMA_13B],
  ["orca-2-7b", LLAMA_7B, 32003],
  ["orca-2-13b", LLAMA_13B, 32003],
  ["nous-hermes-llama2-13b", LLAMA_13B, 32032],
  ["gpt4all-13b-snoozy", LLAMA_13B],
  ["rift-coder-v0-7b", "codellama/CodeLlama-7b-hf"],
  ["gemma-2-9b-it", "google/gemma-2-9b-it"],
  ["gemma-2b-it", "google/gemma-2b"],
  ["phi-2.", "microsoft/phi-2"],
  ["phi-3.1-mini-4k", "microsoft/Phi-3-mini-4k-instruct"],
  ["phi-3-mini-4k", "microsoft/Phi-3-mini-4k-instruct"],
  ["qwen1_5-7b", "Qwen/Qwen1.5-7B-Chat"],
  ["qwen2-1_5b", "Qwen/Qwen2-1.5B-Instruct"],
  ["qwen2.5-coder-7b", "Qwen/Qwen2.5-7B"],
  ["deepseek-r1-distill-qwen-7b", "Qwen/Qwen2.5-7B"],
  ["deepseek-r1-distill-qwen-14b", "Qwen/Qwen2.5-14B"],
  ["stablelm-zephyr-3b", "stabilityai/stablelm-3b-4e1t"],
  ["stable-code-instruct-3b", "stabilityai/stablelm-3b-4e1t"],
  ["gpt4all-falcon", "tiiuae/falcon-7b"],
];

export function exactSizes(): PublishedSize[] {
  const { lmstudio, gpt4all } = upstream<ExactSizes>("gguf_exact_bytes.json");
  return [...Object.values(lmstudio).flat(), ...gpt4all].flatMap((entry) => {
    const name = entry.file ?? entry.filename ?? "";
    const found = FILES.find(([start]) => name.toLowerCase().startsWith(start));
    if (found === undefined) return [];
    const bytes = entry.bytes ?? Number(entry.filesize);
    const publisher = entry.repo?.split("/")[0] ?? "gpt4all";
    const [, model, vocabSize] = found;
    // The file's own name is right where the catalogue's label differs.
    const named = /[.-](i?q\d\w*|f16)\.gguf$/i.exec(name)?.[1];
    return {
      source: "exact bytes",
      name,
      publisher,
      model,
      quant: canonicalQuant(named ?? entry.quant),
      low: bytes,
      high: bytes,
      // Inferred: the IQ4_XS file of early 2024 has the size of one made without.
      imatrix: false,
      vocabSize,
    };
  });
}
