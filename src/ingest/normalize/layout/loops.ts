/** Models that run their layers several times: each further run keeps a cache, but stores no weights. */
import type { LayerGroup, Mixer } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { invalid, unknownArchitecture } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

const MOST_RUNS = 64;

export function repeated(
  reader: ConfigReader,
  { loopsKey, storedLayersKey }: ClassTraits,
  layers: LayerGroup[],
): LayerGroup[] {
  if (storedLayersKey !== null) return runAgain(reader, storedLayersKey, layers);
  const runs = loopsKey === null ? 1 : (reader.real([loopsKey], "runs of the layers") ?? 1);
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw invalid(loopsKey ?? "", `The layers cannot be run ${runs} times.`);
  }
  if (runs === 1) return layers;
  const again = layers.map((layer) => unstored(layer, loopsKey));
  return [...layers, ...Array.from({ length: runs - 1 }, () => again).flat()];
}

/** The first layers are stored, and the rest of the stack runs them again. */
function runAgain(reader: ConfigReader, key: string, layers: LayerGroup[]): LayerGroup[] {
  const stored = reader.real([key], "layers that are stored") ?? 1;
  if (!Number.isInteger(stored) || stored < 1 || layers.length % stored !== 0) {
    throw invalid(key, `${layers.length} layers cannot be runs of ${stored}.`);
  }
  return layers.map((layer, index) => (index < stored ? layer : unstored(layer, key)));
}

function unstored({ count, mixer }: LayerGroup, key: string | null): LayerGroup {
  return { count, mixer: borrowed(mixer, key), feedForward: { kind: "none" }, norms: 0 };
}

function borrowed(mixer: Mixer, key: string | null): Mixer {
  if (mixer.kind !== "attention") {
    throw unknownArchitecture(key ?? "", `Layers of the kind ${mixer.kind} are not known to loop.`);
  }
  return { ...mixer, weights: { ...mixer.weights, borrowed: true } };
}
