/**
 * Finds the reader of a wrapper's vision tower: one of its own, another wrapper's, or what all
 * LLaVA-like wrappers share. A kind that is not here cannot be counted, which is said, not guessed.
 */
import { MERGING } from "./mergers.ts";
import { PROJECTED } from "./projected.ts";
import type { Sizes } from "./sizes.ts";
import { clip, pixtral, siglip, twoLayers } from "./stacks.ts";
import { type Tower, towerParameters } from "./transformer.ts";
import { BY_WRAPPER, type TowerReader } from "./wrappers.ts";

/** Towers of LLaVA-like wrappers, by the `model_type` of the vision section. */
const LLAVA_LIKE: Readonly<Record<string, (vision: Sizes) => Tower>> = {
  clip_vision_model: clip,
  siglip_vision_model: siglip,
  pixtral,
};

/** The line that ends each row of a picture is learned from LLaVA 1.6 on. */
const NEWLINE = new Set(["llava_next", "llava_next_video", "llava_onevision"]);

export const llava: TowerReader = (vision, top, output) => {
  const kind = vision.text("model_type") ?? "";
  const read = Object.hasOwn(LLAVA_LIKE, kind) ? LLAVA_LIKE[kind] : undefined;
  if (read === undefined) return Number.NaN;
  const tower = read(vision);
  const newline = NEWLINE.has(top.text("model_type") ?? "") ? output : 0;
  return towerParameters(tower) + twoLayers(tower.width, output) + newline;
};

const LLAVA_NAMES = new Set(
  "llava llava_next llava_next_video llava_onevision vipllava".split(" "),
);

const SAME: readonly [names: string, as: string][] = [
  ["qwen3_vl_moe qwen3_5 qwen3_5_moe qwen3_omni_moe qwen3_omni_moe_thinker", "qwen3_vl"],
  ["ministral3 lighton_ocr", "mistral3"],
  ["smolvlm", "idefics3"],
  ["glm4v_moe glm46v glmga", "glm4v"],
  ["internvl", "internvl_chat"],
  ["minicpmv4_7", "minicpmv4_6"],
  ["ernie4_5_vl_moe", "ernie4_5_moe_vl"],
  ["shieldgemma2", "gemma3"],
  ["pp_chart2table", "got_ocr2"],
  ["kimi_vl", "kimi_k25"],
  ["lfm2-vl", "lfm2_vl"],
];

/** The reader for a wrapper's tower; null when its kind is not known. */
export function visionReader(modelType: string): TowerReader | null {
  const alias = SAME.find(([names]) => names.split(" ").includes(modelType))?.[1] ?? modelType;
  for (const table of [BY_WRAPPER, MERGING, PROJECTED]) {
    if (Object.hasOwn(table, alias)) return table[alias] ?? null;
  }
  return LLAVA_NAMES.has(modelType) ? llava : null;
}
