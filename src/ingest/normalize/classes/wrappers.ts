/**
 * Models that wrap a text model: vision-language, speech and omni classes. Each row says which text
 * class the inner section has when it does not name one, and what the model takes in and gives out.
 */
import type { Modality } from "../../../db/facts.ts";

export interface Wrapper {
  /** `model_type` of the text model when the section is silent. */
  text: string;
  input: readonly Modality[];
  output: readonly Modality[];
  /** The converter's name where the text model alone has another. */
  gguf?: string;
  /** The text class by the value of one key, for types that changed it between releases. */
  textBy?: { key: string; values: Readonly<Record<string, string>> };
}

const sees = (text: string): Wrapper => ({ text, input: ["TEXT", "IMAGE"], output: ["TEXT"] });
const watches = (text: string): Wrapper => ({
  text,
  input: ["TEXT", "IMAGE", "VIDEO"],
  output: ["TEXT"],
});
const hears = (text: string): Wrapper => ({ text, input: ["TEXT", "AUDIO"], output: ["TEXT"] });

export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  llava: sees("llama"),
  llava_next: sees("llama"),
  llava_next_video: watches("llama"),
  llava_onevision: watches("qwen2"),
  llava_llama: sees("llama"),
  llava_mistral: sees("mistral"),
  llava_qwen: sees("qwen2"),
  llava_qwen2: sees("qwen2"),
  "llava-qwen2": sees("qwen2"),
  vipllava: sees("llama"),
  video_llava: watches("llama"),
  fast_vlm: sees("qwen2"),
  bunny: sees("phi"),
  moondream1: sees("phi"),
  instructblip: sees("llama"),
  "blip-2": sees("opt"),
  paligemma: sees("gemma"),
  colpali: sees("gemma"),
  idefics2: sees("mistral"),
  idefics3: sees("llama"),
  smolvlm: watches("llama"),
  aria: sees("aria_text"),
  emu3: sees("llama"),
  got_ocr2: sees("qwen2"),
  janus: sees("llama"),
  multi_modality: sees("llama"),
  deepseek_vl_v2: sees("deepseek_v2"),
  DeepseekOCR: sees("deepseek_v2"),
  deepseek_vl: sees("llama"),
  internvl: sees("qwen2"),
  internvl_chat: sees("llama"),
  ovis: sees("qwen2"),
  ovis2: sees("qwen2"),
  ovis2_5: watches("qwen3"),
  mistral3: sees("mistral"),
  ministral3: sees("ministral3"),
  pixtral: sees("mistral"),
  mllama: sees("mllama_text_model"),
  llama4: sees("llama4_text"),
  gemma3: sees("gemma3_text"),
  gemma3n: { text: "gemma3n_text", input: ["TEXT", "IMAGE", "AUDIO", "VIDEO"], output: ["TEXT"] },
  gemma4: sees("gemma4_text"),
  qwen2_vl: watches("qwen2_vl_text"),
  qwen2_5_vl: watches("qwen2_5_vl_text"),
  qwen3_vl: watches("qwen3_vl_text"),
  qwen3_vl_moe: watches("qwen3_vl_moe_text"),
  qwen3_5: watches("qwen3_5_text"),
  qwen3_5_moe: watches("qwen3_5_moe_text"),
  qwen2_audio: hears("qwen2"),
  qwen3_asr: hears("qwen3"),
  qwen2_5_omni: {
    text: "qwen2",
    input: ["TEXT", "IMAGE", "AUDIO", "VIDEO"],
    output: ["TEXT", "AUDIO"],
  },
  qwen2_5_omni_thinker: {
    text: "qwen2",
    input: ["TEXT", "IMAGE", "AUDIO", "VIDEO"],
    output: ["TEXT"],
  },
  qwen3_omni_moe: {
    text: "qwen3_moe",
    input: ["TEXT", "IMAGE", "AUDIO", "VIDEO"],
    output: ["TEXT", "AUDIO"],
  },
  glm4v: watches("glm4v_text"),
  glm4v_moe: watches("glm4v_moe_text"),
  glm46v: watches("glm4v_text"),
  phi4_multimodal: { text: "phi3", input: ["TEXT", "IMAGE", "AUDIO"], output: ["TEXT"] },
  kimi_vl: watches("deepseek_v3"),
  kimi_k25: watches("kimi_k2"),
  kimi_k3: { ...sees("kimi_linear"), gguf: "kimi-k3" },
  lfm2_vl: sees("lfm2"),
  "lfm2-vl": sees("lfm2"),
  minicpmv: {
    ...sees("llama"),
    textBy: {
      key: "version",
      values: { "2.6": "qwen2", "4": "minicpm", "4.0": "minicpm", "4.5": "qwen3" },
    },
  },
  minicpmo: { text: "qwen2", input: ["TEXT", "IMAGE", "AUDIO"], output: ["TEXT", "AUDIO"] },
  minimax_m3_vl: watches("minimax_m3"),
  minimax_vl_01: sees("minimax_text_01"),
  phi3_v: sees("phi3"),
  phi4mm: { text: "phi3", input: ["TEXT", "IMAGE", "AUDIO"], output: ["TEXT"] },
  "phi4-siglip": sees("phi3"),
  cohere2_vision: sees("cohere2"),
  aya_vision: sees("cohere2"),
  ernie4_5_moe_vl: watches("ernie4_5_moe"),
  ernie4_5_vl_moe: watches("ernie4_5_moe"),
  paddleocr_vl: sees("ernie4_5"),
  dots_ocr: sees("qwen2"),
  dots_vlm: sees("deepseek_v3"),
  step3_vl: sees("step3_text"),
  interns1: watches("qwen3_moe"),
  exaone4_5: sees("exaone4"),
  voxtral: hears("llama"),
  granite_speech: hears("granite"),
  ultravox: hears("llama"),
  tarsier2: watches("qwen2"),
  video_llama_3: watches("qwen2"),
  keye: watches("qwen3"),
  molmo: sees("molmo"),
  molmo2: sees("qwen3"),
  fuyu: sees("persimmon"),
  granite4_vision: sees("granite"),
  perception_lm: watches("llama"),
  ovis2_6_moe: watches("qwen3_moe"),
  florence2: sees("bart"),
  chameleon: sees("chameleon"),
  hunyuan_vl: sees("hunyuan_v1_dense"),
  h2ovl_chat: sees("mistral"),
  NVLM_D: sees("qwen2"),
  eagle_2_5_vl: watches("qwen2"),
  sail_vl: sees("qwen2"),
};
