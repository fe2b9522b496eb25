/** Walks the layers of an architecture one by one, in order, with the index that quantizers look at. */
import type { Architecture, LayerGroup } from "./architecture.ts";

/** Number of decoder layers. */
export function layerCount(groups: readonly LayerGroup[]): number {
  let count = 0;
  for (const group of groups) count += group.count;
  return count;
}

/** Every layer with its index; layers of one group share one object. */
export function* eachLayer(groups: readonly LayerGroup[]): Generator<[number, LayerGroup]> {
  let index = 0;
  for (const group of groups) {
    for (let i = 0; i < group.count; i++) yield [index++, group];
  }
}

/** Routed experts of the first mixture-of-experts layer, 0 for a dense model. */
export function expertCount(architecture: Architecture): number {
  for (const { feedForward } of architecture.layers) {
    if (feedForward.kind === "moe") return feedForward.experts;
  }
  return 0;
}
