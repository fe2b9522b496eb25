/** The configs beside the checkout, read and compiled once each, as the API would. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, compile, type MemoryProfile } from "../../src/estimator/index.ts";
import { normalizeConfig, parseConfigText } from "../../src/ingest/normalize/index.ts";
import { sharedDir } from "./shared.ts";

export interface CorpusModel {
  id: string;
  architecture: Architecture;
  profile: MemoryProfile;
}

const folder = join(sharedDir ?? "", "upstream", "huggingface");
const read = new Map<string, CorpusModel | null>();
const variants = new Map<string, MemoryProfile>();

/** Ids of all models that have a config. */
export function corpusIds(): string[] {
  return readdirSync(folder).map((name) => name.replace("__", "/"));
}

/** A model by id; null when there is no config or the normaliser does not know its class. */
export function corpusModel(id: string): CorpusModel | null {
  let model = read.get(id);
  if (model === undefined) {
    model = readModel(id);
    read.set(id, model);
  }
  return model;
}

/** The profile of a variant: another vocabulary, or a copy of the tied head stored beside it. */
export function variantProfile(
  model: CorpusModel,
  change: { vocabSize?: number; copiesHead?: boolean },
): MemoryProfile {
  const { vocabSize = model.architecture.vocabSize, copiesHead = false } = change;
  const tiedEmbeddings = model.architecture.tiedEmbeddings && !copiesHead;
  const key = `${model.id} ${vocabSize} ${tiedEmbeddings}`;
  let profile = variants.get(key);
  if (profile === undefined) {
    profile = compile({ ...model.architecture, vocabSize, tiedEmbeddings });
    variants.set(key, profile);
  }
  return profile;
}

function readModel(id: string): CorpusModel | null {
  const file = join(folder, id.replace("/", "__"), "config.json");
  if (!existsSync(file)) return null;
  const { architecture } = normalizeConfig({
    id,
    config: parseConfigText(readFileSync(file)),
  }).facts;
  return architecture ? { id, architecture, profile: compile(architecture) } : null;
}
