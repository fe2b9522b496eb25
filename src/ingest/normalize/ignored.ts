/**
 * Lists the keys of a config that had no part in the reading, with the reason where one is known. It
 * lets people check that nothing that matters was overlooked.
 */
import { type ConfigReader, isRecord, type Json } from "./reader.ts";
import type { Sections } from "./sections.ts";
import type { IgnoredKey } from "./types.ts";

const REASONS: readonly [pattern: RegExp, why: string][] = [
  [
    /(^|_)(bos|eos|pad|unk|sep|cls|mask|image|video|audio|vision|boi|eoi|boa|eoa|start|end|decoder_start)(_\w+)*_(id|ids|index)$/,
    "a token number",
  ],
  [
    /(dropout|pdrop|_drop|layerdrop|initializer|init_|_std|aux_loss|loss_|jitter|seq_aux|z_loss|mask_(time|feature)|spec_augment)/,
    "training only",
  ],
  [/(_eps|epsilon|^eps)$/, "a numerical constant"],
  [
    /(temperature|top_p|top_k|num_beams|_penalty|do_sample|no_repeat|max_length|min_length|suppress|bad_words|diversity|forced_|num_return|early_stopping|return_dict|output_(scores|attentions|hidden)|typical_p|remove_invalid)/,
    "generation settings",
  ],
  [/(theta|rope|rotary|scal|multiplier|softcap|mscale|beta_|logit)/, "changes values, not sizes"],
  [
    /(transformers_version|auto_map|_name_or_path|id2label|label2id|torchscript|_commit|tokenizer_class|task_specific|transformers\.js|finetuning|problem_type|pretraining_tp|use_cache|cache_implementation|attn_implementation|flash|kernel|is_decoder|is_encoder_decoder)/,
    "about the software, not the model",
  ],
  [
    /(vision|visual|audio|image|video|talker|token2wav|projector|mm_)/,
    "describes a part beside the text model",
  ],
];

/** Real configs leave out fewer; a hostile one must not fill an answer. */
const MOST_IGNORED = 500;

export function ignoredKeys(sections: Sections, reader: ConfigReader): IgnoredKey[] {
  const ignored: IgnoredKey[] = [];
  collect(sections.top, "", reader, ignored, sections.path.split(".")[0] ?? "");
  if (sections.path !== "") collect(sections.text, `${sections.path}.`, reader, ignored, "");
  return ignored;
}

const IDENTITY = new Set(["model_type", "architectures", "dtype", "torch_dtype"]);

function collect(
  section: Json,
  prefix: string,
  reader: ConfigReader,
  ignored: IgnoredKey[],
  skipped: string,
): void {
  for (const [key, value] of Object.entries(section)) {
    const full = prefix + key;
    if (ignored.length >= MOST_IGNORED) return;
    if (key === skipped || IDENTITY.has(key) || key.startsWith("quantization")) continue;
    const isUsed = [...reader.used.keys()].some(
      (used) => used === full || used.startsWith(`${full}.`),
    );
    if (isUsed) continue;
    ignored.push({ key: full, value: isRecord(value) ? "{…}" : value, why: reason(key) });
  }
}

function reason(key: string): string {
  return REASONS.find(([pattern]) => pattern.test(key))?.[1] ?? "not needed for sizes";
}
