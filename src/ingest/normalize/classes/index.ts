/** Finds the class row of a config by its `architectures` and `model_type`. */
import { CLASSIC_CLASSES } from "./classic.ts";
import { DENSE_CLASSES } from "./dense.ts";
import { ENCODER_CLASSES } from "./encoders.ts";
import { GEMMA_CLASSES } from "./gemma.ts";
import { LATENT_CLASSES } from "./latent.ts";
import { LLAMA_CLASSES } from "./llama.ts";
import { MAMBA_CLASSES } from "./mamba.ts";
import { MOE_CLASSES } from "./moe.ts";
import { MOE_WINDOWED_CLASSES } from "./moe-windowed.ts";
import { QWEN_CLASSES } from "./qwen.ts";
import { QWEN_MOE_CLASSES } from "./qwen-moe.ts";
import { RECURRENT_CLASSES } from "./recurrent.ts";
import { SEQ2SEQ_CLASSES } from "./seq2seq.ts";
import type { ModelClass } from "./types.ts";

/** Every row of the class tables. */
export const CLASSES: readonly ModelClass[] = [
  ...LLAMA_CLASSES,
  ...QWEN_CLASSES,
  ...QWEN_MOE_CLASSES,
  ...DENSE_CLASSES,
  ...CLASSIC_CLASSES,
  ...MOE_CLASSES,
  ...MOE_WINDOWED_CLASSES,
  ...GEMMA_CLASSES,
  ...LATENT_CLASSES,
  ...MAMBA_CLASSES,
  ...RECURRENT_CLASSES,
  ...ENCODER_CLASSES,
  ...SEQ2SEQ_CLASSES,
];

const BY_NAME = new Map<string, ModelClass>();
const BY_ARCHITECTURE = new Map<string, ModelClass>();
for (const entry of CLASSES) {
  for (const name of entry.names) {
    BY_NAME.set(name, entry);
    BY_ARCHITECTURE.set(stem(name), entry);
  }
}
for (const entry of CLASSES) {
  for (const name of entry.architectures) BY_ARCHITECTURE.set(stem(name), entry);
}

/** `Qwen3MoeForCausalLM` and `qwen3_moe` have the same stem: class names follow the type's name. */
function stem(name: string): string {
  return name
    .replace(
      /For(CausalLM|ConditionalGeneration|MaskedLM|SequenceClassification|TokenClassification|QuestionAnswering|Embedding|TextEncoding)$/,
      "",
    )
    .replace(/(LMHead)?Model$/, "")
    .replace(/[_.-]/g, "")
    .toLowerCase();
}

/**
 * The row of a class, or null when none is known. A class name in `architectures` says which code runs
 * and so beats `model_type`, which publishers invent or leave over (`kimi_k2` runs DeepSeek V3's code).
 * The exception is a type that looks both ways: embedding models keep the name of the decoder they were.
 */
export function findClass(
  architecture: string | null,
  modelType: string | null,
): ModelClass | null {
  const byArchitecture =
    architecture === null ? undefined : BY_ARCHITECTURE.get(stem(architecture));
  const byName = modelType === null ? undefined : BY_NAME.get(modelType);
  const madeEmbedder = byArchitecture?.causal === true && byName?.causal === false;
  return (madeEmbedder ? byName : byArchitecture) ?? byName ?? null;
}
