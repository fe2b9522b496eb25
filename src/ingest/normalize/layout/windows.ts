/**
 * Decides which attention layers see only a window, when the file does not list layer types: by a
 * stated pattern ("every 6th is full", "LLLG", `no_rope_layers`) or by the rule of the class.
 */
import type { WindowRule } from "../classes/types.ts";
import { invalid, show } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import type { MixerToken } from "./tokens.ts";

const EVERY = [
  "sliding_window_pattern",
  "_sliding_window_pattern",
  "global_attn_every_n_layers",
  "layer_switch",
];

/** Windowed or full, for each of the layers; full where no rule says otherwise. */
export function windowedLayers(
  reader: ConfigReader,
  rule: WindowRule,
  layers: number,
): MixerToken[] {
  const every = (token: (layer: number) => MixerToken): MixerToken[] =>
    Array.from({ length: layers }, (_, i) => token(i));
  const chunks = chunkedWhereRotary(reader, layers);
  if (chunks !== null) return chunks;
  const allowed = rule.onlyIf === undefined || reader.flag(rule.onlyIf, "window on or off");
  if (rule.layers === "none" || !allowed || (reader.number("window") ?? 0) === 0) {
    return every(() => "full");
  }
  if (rule.layers === "all") {
    const from =
      rule.fromKey === undefined ? 0 : (reader.real([rule.fromKey], "first windowed") ?? 0);
    return every((i) => (i >= from ? "sliding" : "full"));
  }
  const stated = reader.find(EVERY, "window pattern");
  if (stated !== null && typeof stated.value === "string" && /^[LG]+$/.test(stated.value)) {
    const pattern = stated.value;
    return every((i) => (pattern[i % pattern.length] === "G" ? "full" : "sliding"));
  }
  const n = stated === null ? rule.layers.fullEvery : stated.value;
  if (typeof n !== "number" || !Number.isInteger(n) || n < 1) {
    throw invalid(stated?.key ?? "sliding_window_pattern", `The window pattern is ${show(n)}.`);
  }
  const full = rule.layers.fullAt === "first" ? 0 : n - 1;
  return every((i) => (i % n === full ? "full" : "sliding"));
}

/** Llama 4: layers with rotary positions attend inside a chunk, the others to everything. */
function chunkedWhereRotary(reader: ConfigReader, layers: number): MixerToken[] | null {
  const list = reader.list(["no_rope_layers"], "chunked layers");
  if (reader.number("chunk") === null) return null;
  if (list === null || list.values.length === 0) {
    // No list is the class rule: every fourth layer has no rotary positions.
    return Array.from({ length: layers }, (_, i) => ((i + 1) % 4 === 0 ? "full" : "chunked"));
  }
  return list.values.map((rotary) => (rotary === 1 || rotary === true ? "chunked" : "full"));
}
