/**
 * The normaliser: what publishers ship becomes one `Architecture` and facts with their origins, or a
 * stated reason why not. Nothing is guessed: an unknown class keeps the facts that any class states
 * alike and says what is missing.
 */
import type { FactName, FactOrigin, ModelFacts } from "../../db/facts.ts";
import { PlimsollError } from "../../errors.ts";
import type { Architecture } from "../../estimator/architecture.ts";
import { readArchitecture } from "./architecture.ts";
import { inLibraryNames } from "./dialects/index.ts";
import { extendedContext, readRopeScaling } from "./facts/context.ts";
import { Findings } from "./facts/findings.ts";
import { hubFacts } from "./facts/hub.ts";
import { modalityFacts } from "./facts/modalities.ts";
import { checkTotal, parameterFacts } from "./facts/parameters.ts";
import { CLASS_DEFAULTS } from "./facts/rules.ts";
import { samplingFacts } from "./facts/sampling.ts";
import { shapeFacts, statedFacts } from "./facts/shape.ts";
import { traitFacts } from "./facts/traits.ts";
import { useCaseFacts } from "./facts/use-cases.ts";
import { readWeightFormat } from "./facts/weight-format.ts";
import { ignoredKeys } from "./ignored.ts";
import { ReadingLog } from "./log.ts";
import { ConfigReader, isRecord, type Json } from "./reader.ts";
import { refusalOf } from "./refusal.ts";
import { findSections, type Sections } from "./sections.ts";
import type { HubFacts, NormalizeInput, Reading } from "./types.ts";

export { parseConfigText } from "./parse.ts";
export type { HubFacts, IgnoredKey, NormalizeInput, Outcome, Reading, UsedKey } from "./types.ts";

/** Goes up when the same config gives another reading. */
export const NORMALIZER_VERSION = 5;

/** Facts from a listing alone, for models whose files cannot be read. */
export function normalizeListing(
  id: string,
  info: HubFacts,
): { facts: Partial<ModelFacts>; origins: Partial<Record<FactName, FactOrigin>> } {
  const found = new Findings();
  hubFacts(id, info, found);
  modalityFacts(null, info, found);
  useCaseFacts(id, info, found);
  return { facts: found.facts, origins: found.origins };
}

/** Reads one model. Whatever is wrong with the input is in the answer; nothing is thrown for it. */
export function normalizeConfig(input: NormalizeInput): Reading {
  const { id, info = {} } = input;
  const config = configOf(input);
  const refusal = refusalOf(config);
  if (refusal !== null || !isRecord(config)) {
    const issues = [{ code: "INVALID_CONFIG", field: "config", message: refusal ?? "" }];
    const nothing = { facts: {}, origins: {}, used: [], ignored: [] };
    return { outcome: "refused", reason: refusal, issues, ...nothing };
  }
  const sections = findSections(config);
  const defaults = sections.modelClass?.defaults ?? {};
  const library = libraryDefaults(sections);
  const reader = new ConfigReader(sections.text, sections.path, sections.top, defaults, library);
  const log = new ReadingLog();
  const found = new Findings();
  const shape = readShape(reader, sections, log);
  takeFacts(found, reader, shape.facts);
  const format = readWeightFormat(sections, input.files?.hfQuantConfig);
  if (format !== null) {
    found.add("weightFormat", format.format, { ...format, basis: "stated" });
  }
  samplingFacts(input.files?.generationConfig, found);
  hubFacts(id, info, found);
  modalityFacts(sections, info, found);
  if (id !== null) useCaseFacts(id, info, found);
  if (shape.architecture !== null) checkTotal(shape.architecture, found, log);
  return {
    outcome: shape.outcome,
    reason: shape.reason,
    facts: found.facts,
    origins: found.origins,
    issues: log.issues,
    used: reader.usedKeys(),
    ignored: ignoredKeys(sections, reader),
  };
}

/** A flat file is written whole; only a nested section is written as a difference from its class. */
function libraryDefaults({ path, textType, wrapper }: Sections): Json {
  const type = textType ?? wrapper?.text;
  return path === "" || type === undefined ? {} : (CLASS_DEFAULTS.get(type) ?? {});
}

/** The config itself, or what `params.json` says where there is none. */
function configOf({ config, files }: NormalizeInput): unknown {
  return inLibraryNames(config ?? files?.params);
}

interface Shape {
  outcome: Reading["outcome"];
  reason: string | null;
  architecture: Architecture | null;
  facts: Partial<ModelFacts>;
}

function readShape(reader: ConfigReader, sections: Sections, log: ReadingLog): Shape {
  const names = {
    architectureClass: sections.architectureName,
    modelType: sections.modelType ?? sections.textType,
  };
  try {
    const { architecture, traits } = readArchitecture(reader, sections, log);
    const ropeScaling = readRopeScaling(reader);
    const facts = {
      ...names,
      architecture,
      ...shapeFacts(reader, architecture),
      ...traitFacts(reader, traits, architecture, ropeScaling),
      ropeScaling,
      extendedContextLength: extendedContext(ropeScaling, architecture.contextLength),
      ...parameterFacts(architecture),
    };
    return { outcome: "model", reason: null, architecture, facts };
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    const { field, hostile } = error.details;
    log.issue(error.details.missing ? "MISSING_FIELD" : error.code, String(field), error.message);
    const facts = hostile === true ? {} : { ...names, ...statedFacts(reader) };
    const outcome = hostile === true ? "refused" : "partial";
    return {
      outcome,
      reason: error.message,
      architecture: null,
      facts: { ...facts, architecture: null },
    };
  }
}

const DERIVED: FactOrigin = { file: "config.json", key: "architecture", basis: "derived" };

/** Facts that a key states or the class implies, whatever the shape of the layers. */
const KEYS: Partial<Record<FactName, string>> = {
  architectureClass: "architectures",
  modelType: "model_type",
  tiedEmbeddings: "tie_word_embeddings",
};
const IMPLIED: FactOrigin = { file: "config.json", key: "model_type", basis: "class-default" };
const OF_CLASS = new Set<FactName>(["activation", "normalization", "positionEmbedding"]);

function originOf(name: FactName, reader: ConfigReader): FactOrigin {
  const known = reader.origins[name];
  if (known !== undefined) return known;
  if (OF_CLASS.has(name)) return IMPLIED;
  const key = KEYS[name];
  if (key === undefined) return DERIVED;
  const stated = reader.find([key], name);
  return stated === null ? IMPLIED : { file: "config.json", key: stated.key, basis: "stated" };
}

function takeFacts(found: Findings, reader: ConfigReader, facts: Partial<ModelFacts>): void {
  for (const [name, value] of Object.entries(facts) as [FactName, never][]) {
    const origin = originOf(name, reader);
    if (name === "architecture" && value === null) found.facts.architecture = null;
    else found.add(name, value, origin);
  }
}
