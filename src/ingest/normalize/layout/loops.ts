/** Models that run their layers several times: each further run keeps a cache, but stores no weights. */
import type { LayerGroup, Mixer } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { type ConfigReader, invalid, unknownArchitecture } from "../reader.ts";

const MOST_RUNS = 64;

export function repeated(
  reader: ConfigReader,
  { loopsKey }: ClassTraits,
  layers: LayerGroup[],
): LayerGroup[] {
  const runs = loopsKey === null ? 1 : (reader.real([loopsKey], "runs of the layers") ?? 1);
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw invalid(loopsKey ?? "", `The layers cannot be run ${runs} times.`);
  }
  if (runs === 1) return layers;
  const again = layers.map(
    ({ count, mixer }): LayerGroup => ({
      count,
      mixer: borrowed(mixer, loopsKey),
      feedForward: { kind: "none" },
      norms: 0,
    }),
  );
  return [...layers, ...Array.from({ length: runs - 1 }, () => again).flat()];
}

function borrowed(mixer: Mixer, key: string | null): Mixer {
  if (mixer.kind !== "attention") {
    throw unknownArchitecture(key ?? "", `Layers of the kind ${mixer.kind} are not known to loop.`);
  }
  return { ...mixer, weights: { ...mixer.weights, borrowed: true } };
}
