/**
 * Parameter counts of an architecture, in all and per component, from the tensor inventory. Counted
 * once per unique tensor: a tied output head is not counted again.
 */
import type { Architecture } from "./architecture.ts";
import { inventory } from "./weights/inventory.ts";

export interface ParameterCounts {
  /** Text model: what is loaded to generate text. */
  total: number;
  /** Touched for one token: routed experts counted by how many are visited. */
  active: number;
  embedding: number;
  outputHead: number;
  attention: number;
  feedForward: number;
  experts: number;
  norms: number;
  /** Towers and extra prediction layers beside the text model, where the publisher states enough. */
  components: Record<string, number>;
}

export function countParameters(architecture: Architecture): ParameterCounts {
  const counts: ParameterCounts = {
    total: 0,
    active: 0,
    embedding: 0,
    outputHead: 0,
    attention: 0,
    feedForward: 0,
    experts: 0,
    norms: 0,
    components: {},
  };
  for (const tensor of inventory(architecture, true)) {
    const elements = tensor.modelElements * tensor.repeats;
    if (elements === 0) continue;
    if (tensor.part === "mtp") {
      counts.components.mtp = (counts.components.mtp ?? 0) + elements;
      continue;
    }
    counts.total += elements;
    counts[tensor.part] += elements;
    counts.active += elements * tensor.activeFraction;
  }
  counts.active = Math.round(counts.active);
  for (const component of architecture.components) {
    if (component.parameters === null) continue;
    counts.components[component.kind] =
      (counts.components[component.kind] ?? 0) + component.parameters;
  }
  return counts;
}
