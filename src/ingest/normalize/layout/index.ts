/** The token of every layer of a model, from the file's lists, its rules, or the class. */
import type { ClassTraits } from "../classes/types.ts";
import type { ReadingLog } from "../log.ts";
import { invalid } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import { type LayerToken, listedLayers, placedLayers } from "./tokens.ts";
import { windowedLayers } from "./windows.ts";

/** How many layers there are: the stated number, or the length of the list that names each. */
export function countLayers(reader: ConfigReader): number {
  const stated = reader.number("layers");
  if (stated !== null) return stated;
  const listed = listedLayers(reader);
  if (listed !== null && listed.tokens.length > 0) {
    reader.origins.layers = { file: "config.json", key: listed.key, basis: "derived" };
    return listed.tokens.length;
  }
  const blocks = reader.list(["block_configs"], "layers");
  if (blocks !== null && blocks.values.length > 0) return blocks.values.length;
  return reader.required("layers");
}

export function layerTokens(
  reader: ConfigReader,
  traits: ClassTraits,
  layers: number,
  log: ReadingLog,
): LayerToken[] {
  if (traits.parallelMamba) {
    return Array.from({ length: layers }, () => ({ mixer: "parallel", feedForward: "auto" }));
  }
  const listed = listedLayers(reader);
  if (listed !== null) return fitted(reader, listed.tokens, listed.key, layers, log);
  const placed = placedLayers(reader, layers, traits.unlisted);
  if (placed !== null) return placed;
  const feedForward = traits.feedForward ? "auto" : "none";
  const tokens = windowedLayers(reader, traits.window, layers).map(
    (mixer): LayerToken => ({ mixer, feedForward }),
  );
  return fitted(reader, tokens, "no_rope_layers", layers, log);
}

/** Lists longer than the model carry prediction layers at their end; shorter ones say too little. */
function fitted(
  reader: ConfigReader,
  tokens: LayerToken[],
  key: string,
  layers: number,
  log: ReadingLog,
): LayerToken[] {
  if (tokens.length < layers) {
    throw invalid(key, `${key} has ${tokens.length} entries for ${layers} layers.`);
  }
  const extra = tokens.length - layers;
  if (extra > 0 && extra !== reader.number("mtpLayers")) {
    log.issue(
      "CONTRADICTION",
      key,
      `${key} has ${tokens.length} entries, the model ${layers} layers; the first ${layers} are used.`,
    );
  }
  return tokens.slice(0, layers);
}
