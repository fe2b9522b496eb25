/** Says whether a JSON value can be a model's configuration at all, and what it is instead. */
import { ALIASES } from "./aliases.ts";
import { isRecord, type Json } from "./reader.ts";

/** Keys of other JSON files that repositories carry, or serve under the name of a config. */
const OTHER_FILES: readonly [key: string, what: string][] = [
  ["peft_type", "the configuration of an adapter"],
  ["_class_name", "the configuration of a diffusion pipeline part"],
  ["added_tokens_decoder", "the configuration of a tokenizer"],
  ["weight_map", "an index of weight files"],
  ["error", "an error message"],
];

const MODEL_KEYS = new Set([
  "model_type",
  "architectures",
  "text_config",
  "llm_config",
  "language_config",
  "thinker_config",
  ...Object.values(ALIASES).flatMap(({ keys }) => keys.map((key) => key.split(".")[0] as string)),
]);

/** The reason for refusing a value, or null when it looks like a model's configuration. */
export function refusalOf(config: unknown): string | null {
  if (!isRecord(config)) return "The config is not a JSON object.";
  if (hasModelKey(config)) return null;
  const other = OTHER_FILES.find(([key]) => Object.hasOwn(config, key));
  return other === undefined
    ? "The JSON object has none of the keys of a model configuration."
    : `The file is ${other[1]}, not the configuration of a model.`;
}

function hasModelKey(config: Json): boolean {
  return Object.keys(config).some((key) => MODEL_KEYS.has(key));
}
