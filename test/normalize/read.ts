/** Short ways to read a fixture and to look at its layers, for the tests of the normaliser. */
import type { Architecture, AttentionMixer, LayerGroup } from "../../src/estimator/architecture.ts";
import { normalizeConfig, type Reading } from "../../src/ingest/normalize/index.ts";
import { type Config, configOf } from "./configs.ts";

export function read(name: string, changes: Config = {}): Reading {
  return normalizeConfig({ id: name, config: configOf(name, changes) });
}

/** The architecture of a reading that must have one. */
export function architectureOf(reading: Reading): Architecture {
  if (reading.facts.architecture == null) throw new Error(`No architecture: ${reading.reason}`);
  return reading.facts.architecture;
}

export function architecture(name: string): Architecture {
  return architectureOf(read(name));
}

/** Every layer by itself, in order. */
export function layersOf({ layers }: Architecture): LayerGroup[] {
  return layers.flatMap((group) => Array.from({ length: group.count }, () => group));
}

export function attentionOf({ mixer }: LayerGroup): AttentionMixer {
  if (mixer.kind !== "attention") throw new Error(`The layer has a ${mixer.kind} mixer.`);
  return mixer;
}

/** How many layers have each kind of mixer. */
export function mixerCounts(architecture: Architecture): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { mixer, count } of architecture.layers) {
    counts[mixer.kind] = (counts[mixer.kind] ?? 0) + count;
  }
  return counts;
}
