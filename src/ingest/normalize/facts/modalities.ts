/** What a model takes in and gives out: from its wrapper class, its towers and the Hub's pipeline tag. */
import type { FactOrigin, Modality } from "../../../db/facts.ts";
import { isRecord } from "../reader.ts";
import type { Sections } from "../sections.ts";
import type { HubFacts } from "../types.ts";
import type { Findings } from "./findings.ts";

const PIPELINES: Readonly<Record<string, { input: Modality[]; output: Modality[] }>> = {
  "text-generation": { input: ["TEXT"], output: ["TEXT"] },
  "text2text-generation": { input: ["TEXT"], output: ["TEXT"] },
  translation: { input: ["TEXT"], output: ["TEXT"] },
  summarization: { input: ["TEXT"], output: ["TEXT"] },
  "image-text-to-text": { input: ["TEXT", "IMAGE"], output: ["TEXT"] },
  "image-to-text": { input: ["IMAGE"], output: ["TEXT"] },
  "visual-question-answering": { input: ["TEXT", "IMAGE"], output: ["TEXT"] },
  "video-text-to-text": { input: ["TEXT", "IMAGE", "VIDEO"], output: ["TEXT"] },
  "audio-text-to-text": { input: ["TEXT", "AUDIO"], output: ["TEXT"] },
  "automatic-speech-recognition": { input: ["AUDIO"], output: ["TEXT"] },
  "text-to-speech": { input: ["TEXT"], output: ["AUDIO"] },
  "feature-extraction": { input: ["TEXT"], output: ["EMBEDDING"] },
  "sentence-similarity": { input: ["TEXT"], output: ["EMBEDDING"] },
  "text-ranking": { input: ["TEXT"], output: ["SCORE"] },
  "text-classification": { input: ["TEXT"], output: ["SCORE"] },
};

const CLASS: FactOrigin = { file: "config.json", key: "model_type", basis: "class-default" };
const PIPELINE: FactOrigin = { file: "hub", key: "pipeline_tag", basis: "stated" };

export function modalityFacts(sections: Sections | null, info: HubFacts, found: Findings): void {
  const tag = info.pipelineTag ?? "";
  const pipeline = Object.hasOwn(PIPELINES, tag) ? PIPELINES[tag] : undefined;
  if (sections?.wrapper != null && sections.wrapper.input.length > 1) {
    const input = new Set([...sections.wrapper.input, ...towers(sections)]);
    found.add("inputModalities", [...input], CLASS);
    found.add("outputModalities", [...sections.wrapper.output], CLASS);
  }
  if (pipeline !== undefined) {
    found.add("inputModalities", pipeline.input, PIPELINE);
    found.add("outputModalities", pipeline.output, PIPELINE);
  }
  if (sections === null || sections.modelClass === null) return;
  const encoderOnly = !sections.modelClass.outputHead;
  const hears = sections.modelType === "whisper";
  found.add("inputModalities", hears ? ["AUDIO"] : ["TEXT", ...towers(sections)], CLASS);
  found.add("outputModalities", encoderOnly ? ["EMBEDDING"] : ["TEXT"], CLASS);
}

const SEEING = ["vision_config", "visual", "img_processor", "vq_config"];
const HEARING = ["audio_config", "audio"];

function towers({ top }: Sections): Modality[] {
  const has = (keys: readonly string[]) => keys.some((key) => isRecord(top[key]));
  return [...(has(SEEING) ? ["IMAGE" as const] : []), ...(has(HEARING) ? ["AUDIO" as const] : [])];
}
