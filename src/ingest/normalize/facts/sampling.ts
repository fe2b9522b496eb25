/** How a publisher recommends to draw tokens, from `generation_config.json`. It has no say in memory. */
import type { FactOrigin, Sampling } from "../../../db/facts.ts";
import { isRecord, type Json } from "../reader.ts";
import type { Findings } from "./findings.ts";

/** The file's key for each setting, and the range in which it means anything. */
const SETTINGS: Readonly<Record<keyof Sampling, { key: string; min: number; max: number }>> = {
  temperature: { key: "temperature", min: 0, max: 10 },
  topP: { key: "top_p", min: 0, max: 1 },
  topK: { key: "top_k", min: 0, max: 1_000_000 },
  minP: { key: "min_p", min: 0, max: 1 },
  repetitionPenalty: { key: "repetition_penalty", min: 0, max: 10 },
};

const ORIGIN: FactOrigin = { file: "generation_config.json", key: "temperature", basis: "stated" };

export function samplingFacts(generation: unknown, found: Findings): void {
  // Where sampling is switched off, the other settings are left over and mean nothing.
  if (!isRecord(generation) || generation.do_sample === false) return;
  const names = Object.keys(SETTINGS) as (keyof Sampling)[];
  const settings = Object.fromEntries(names.map((name) => [name, setting(generation, name)]));
  const first = names.find((name) => settings[name] !== null);
  if (first === undefined) return;
  found.add("sampling", settings as unknown as Sampling, { ...ORIGIN, key: SETTINGS[first].key });
}

/** Null where the file says nothing, or a value that no engine would take. */
function setting(generation: Json, name: keyof Sampling): number | null {
  const { key, min, max } = SETTINGS[name];
  const value = Object.hasOwn(generation, key) ? generation[key] : null;
  const isUsable = typeof value === "number" && value >= min && value <= max;
  return isUsable && (name !== "topK" || Number.isInteger(value)) ? value : null;
}
