/**
 * Parameters of a tower: the transformer that turns pictures or sound into the text model's tokens. A
 * tower is a stack of equal layers with something before it (patches, positions) and after it (a norm, a
 * projector). Counts only; towers are never quantized with the text model.
 */

export interface Tower {
  width: number;
  layers: number;
  feedForward: number;
  gated?: boolean;
  /** Biases: on all four projections, on all but the key (Whisper), or on the output alone. Default all. */
  attentionBias?: "all" | "noKey" | "output" | "none";
  feedForwardBias?: boolean;
  /** RMS norms have one vector, layer norms two. Default `layer`. */
  norm?: "layer" | "rms";
  /** Norms per layer. Default 2. */
  norms?: number;
  /** Further vectors of tower width per layer (layer scale, query and key norms). */
  vectors?: number;
  /** Parameters before and after the layers. */
  stem: number;
  tail: number;
}

export function towerParameters(tower: Tower): number {
  const { width, layers, feedForward, gated = false, norms = 2, vectors = 0, stem, tail } = tower;
  const biased = { all: 4, noKey: 3, output: 1, none: 0 }[tower.attentionBias ?? "all"];
  const attention = 4 * width * width + biased * width;
  const matrices = (gated ? 3 : 2) * width * feedForward;
  const biases = tower.feedForwardBias === false ? 0 : (gated ? 2 : 1) * feedForward + width;
  const norm = (tower.norm === "rms" ? 1 : 2) * width * norms;
  const layer = attention + matrices + biases + norm + vectors * width;
  return Math.round(layers * layer + stem + tail);
}

/** A linear map with its bias. */
export function linear(from: number, to: number, bias = true): number {
  return from * to + (bias ? to : 0);
}

/** The usual patch merger: a norm, then two linear maps over `merged` patches joined together. */
export function merger(width: number, output: number, norm: number, merged = 4): number {
  const joined = merged * width;
  return norm + linear(joined, joined) + linear(joined, output);
}
