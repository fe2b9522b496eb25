/**
 * The parts beside the text model: vision and audio towers, speech parts. Each is counted where its section says enough, and named with null where not.
 */
import type { Component } from "../../../estimator/architecture.ts";
import { isRecord, type Json } from "../reader.ts";
import type { Sections } from "../sections.ts";
import { countAudio } from "./audio.ts";
import { Sizes, Uncountable } from "./sizes.ts";
import { linear } from "./transformer.ts";
import { visionReader } from "./vision.ts";

const VISION = [
  "vision_config",
  "visual",
  "img_processor",
  "vision_encoder_config",
  "vit_config",
  "visual_tokenizer_config",
  "vision_tower_config",
  "vision_tower_cfg",
  "vq_config",
];
/** The first LLaVA and MiniCPM-V files name a tower instead of describing it. */
const NAMED = ["mm_vision_tower", "vision_tower", "vision_encoder"];
/** Model types whose class brings a tower of its own that no key tells of. */
const UNTOLD = new Set(["molmo", "GOT"]);
const AUDIO = ["audio_config", "audio_processor", "speech_config", "encoder_config", "audio"];
const SPEECH = [
  "talker_config",
  "token2wav_config",
  "code2wav_config",
  "acoustic_tokenizer_config",
  "acoustic_tokenizer_encoder_config",
  "semantic_tokenizer_config",
  "semantic_tokenizer_encoder_config",
];

export function readComponents(sections: Sections, output: number): Component[] {
  const thinker = sections.top.thinker_config;
  const places = [sections.top, ...(isRecord(thinker) ? [thinker] : [])];
  const find = (keys: readonly string[]): { key: string; section: Json } | null => {
    for (const place of places) {
      for (const key of keys) {
        const section = place[key];
        if (isRecord(section)) return { key, section };
      }
    }
    return null;
  };
  const components: Component[] = [];
  const vision = find(VISION);
  if (vision !== null) {
    const parameters = countVision(vision.section, sections, output);
    components.push({ kind: "vision", parameters, note: vision.key });
  }
  for (const key of NAMED) {
    if (vision !== null || typeof sections.top[key] !== "string") continue;
    components.push({ kind: "vision", parameters: null, note: key });
    break;
  }
  if (vision === null && UNTOLD.has(sections.modelType ?? "")) {
    components.push({ kind: "vision", parameters: null, note: "the tower of its class" });
  }
  const audio = find(AUDIO);
  if (audio !== null) {
    const parameters = counted(() =>
      countAudio(new Sizes(audio.section), new Sizes(sections.top), output),
    );
    components.push({ kind: "audio", parameters, note: audio.key });
  }
  if (sections.modelType === "whisper") {
    const parameters = counted(() => listeningStem(new Sizes(sections.top)));
    components.push({ kind: "audio", parameters, note: "convolutions and positions" });
  }
  for (const key of SPEECH) {
    if (find([key]) !== null) components.push({ kind: "other", parameters: null, note: key });
  }
  return components;
}

function countVision(section: Json, sections: Sections, output: number): number | null {
  const type = sections.modelType ?? "";
  const inner = typeof section.model_type === "string" ? section.model_type : "";
  const omni = inner.startsWith("qwen2_5_omni") ? "qwen2_5_vl" : type;
  const read = visionReader(omni);
  if (read === null) return null;
  return counted(() => read(new Sizes(section), new Sizes(sections.top), output));
}

/** What stands before the encoder layers of Whisper, which are layers of the model itself. */
function listeningStem(top: Sizes): number {
  const width = top.number("d_model");
  const positions = top.number("max_source_positions", 1500) * width;
  return linear(3 * top.number("num_mel_bins", 80), width) + linear(3 * width, width) + positions;
}

/** A count that comes out, or null. */
function counted(count: () => number): number | null {
  try {
    const parameters = count();
    return Number.isSafeInteger(parameters) && parameters > 0 ? parameters : null;
  } catch (error) {
    if (error instanceof Uncountable) return null;
    throw error;
  }
}
