/**
 * Finds, inside a config, the section that describes the text model, and which class it is. Wrappers
 * nest it under several names; some keep it at the top level beside a vision section.
 */
import { findClass } from "./classes/index.ts";
import type { ModelClass } from "./classes/types.ts";
import { WRAPPERS, type Wrapper } from "./classes/wrappers.ts";
import { isRecord, type Json } from "./reader.ts";

const TEXT_SECTIONS = [
  ["text_config"],
  ["llm_config"],
  ["llm_cfg"],
  ["language_config"],
  ["thinker_config", "text_config"],
  ["llm"],
  ["language_model"],
  ["text_model"],
] as const;

/** A class that no row lists and that the repository brings as code is not the type it calls itself. */
function isOwnCode(architecture: string | null, sections: readonly Json[]): boolean {
  if (architecture === null || findClass(architecture, null) !== null) return false;
  return sections.some(
    ({ auto_map: map }) =>
      isRecord(map) &&
      Object.values(map).some(
        (value) => typeof value === "string" && value.endsWith(`.${architecture}`),
      ),
  );
}

/** Heads that speculate for another model share its class names, but are no model by themselves. */
const DRAFT = /Eagle3|ForCausalLMEagle|Eagle(Llama|Qwen|DeepSeek)|DFlash|DSpark|Medusa|MTPModel/;

export interface Sections {
  top: Json;
  text: Json;
  /** Dotted path of the text section; empty when it is the top level. */
  path: string;
  wrapper: Wrapper | null;
  /** Null when no row describes the class, or when it is a draft model. */
  modelClass: ModelClass | null;
  isDraft: boolean;
  /** `architectures[0]` and `model_type` as the file writes them, for the record. */
  architectureName: string | null;
  modelType: string | null;
  /** The inner names, which decide the class of the text model. */
  textArchitecture: string | null;
  textType: string | null;
}

function text(section: Json, key: string): string | null {
  const value = Object.hasOwn(section, key) ? section[key] : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

function firstArchitecture(section: Json): string | null {
  const value: unknown = Object.hasOwn(section, "architectures")
    ? section.architectures
    : undefined;
  return Array.isArray(value) && typeof value[0] === "string" ? value[0] : null;
}

function nested(top: Json, own: string | undefined): { section: Json; path: string } | null {
  const paths = own === undefined ? TEXT_SECTIONS : [[own], ...TEXT_SECTIONS];
  for (const path of paths) {
    let section: unknown = top;
    for (const key of path) {
      section = isRecord(section) && Object.hasOwn(section, key) ? section[key] : undefined;
    }
    if (isRecord(section) && Object.keys(section).length > 0) {
      return { section, path: path.join(".") };
    }
  }
  return null;
}

function wrapperOf(top: Json): Wrapper | null {
  const type = text(top, "model_type");
  return type !== null && Object.hasOwn(WRAPPERS, type) ? (WRAPPERS[type] ?? null) : null;
}

function textClassOf(wrapper: Wrapper, top: Json): string {
  const { textBy } = wrapper;
  if (textBy === undefined) return wrapper.text;
  const value = String(top[textBy.key]);
  return (Object.hasOwn(textBy.values, value) ? textBy.values[value] : undefined) ?? wrapper.text;
}

export function findSections(top: Json): Sections {
  const wrapper = wrapperOf(top);
  const inner = nested(top, wrapper?.section);
  const architectureName = firstArchitecture(top);
  const modelType = text(top, "model_type");
  const section = inner?.section ?? top;
  const textArchitecture = firstArchitecture(section);
  const textType = text(section, "model_type");
  const ownCode = wrapper === null && isOwnCode(textArchitecture, [section, top]);
  const named = ownCode ? null : findClass(textArchitecture, textType);
  const implied = wrapper === null ? null : findClass(null, textClassOf(wrapper, top));
  // A section that names a class nobody knows stays unknown, unless only the top level named it.
  const namesItself = ownCode || (inner !== null && (textArchitecture ?? textType) !== null);
  const modelClass =
    named ?? (namesItself ? null : (implied ?? findClass(architectureName, modelType)));
  const isDraft = DRAFT.test(`${architectureName ?? ""} ${textArchitecture ?? ""}`);
  return {
    top,
    text: section,
    path: inner?.path ?? "",
    wrapper: inner === null && named !== null && wrapper?.text === modelType ? null : wrapper,
    modelClass: isDraft ? null : modelClass,
    isDraft,
    architectureName,
    modelType,
    textArchitecture,
    textType,
  };
}
