/** Joins equal neighbours among the layers of a stack. */
import type { LayerGroup } from "../../../estimator/architecture.ts";

/** Groups of consecutive equal layers; order is kept. */
export function grouped(layers: readonly LayerGroup[]): LayerGroup[] {
  const groups: LayerGroup[] = [];
  let last = "";
  for (const layer of layers) {
    const shape = JSON.stringify({ ...layer, count: 1 });
    const previous = groups.at(-1);
    if (previous !== undefined && shape === last) previous.count += layer.count;
    else groups.push({ ...layer });
    last = shape;
  }
  return groups;
}
