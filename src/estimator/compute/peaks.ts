/**
 * The widest point of a layer: F32 elements per token that are alive at once in llama.cpp's graph.
 * Read off its graph code and checked against what its allocator reserves; plain layers agree to the
 * element, mixtures of experts and recurrent blocks depend on how holes are reused.
 */
import type { Architecture, FeedForward, LayerGroup, MambaMixer, Mixer } from "../architecture.ts";

/** How well a peak is known, as factors of the whole buffer. */
export interface Spread {
  low: number;
  high: number;
}

export interface Peak {
  elements: number;
  spread: Spread;
}

const PLAIN: Spread = { low: 0.94, high: 1.1 };
const EXPERTS: Spread = { low: 0.85, high: 1.2 };
const RECURRENT: Spread = { low: 0.7, high: 1.4 };
const SPARSE: Spread = { low: 0.75, high: 1.35 };

export function layerPeak(architecture: Architecture, group: LayerGroup): Peak {
  const hidden = architecture.hiddenSize;
  // Parallel residual streams are all alive around every block.
  const streams =
    4 * (architecture.altUp?.inputs ?? 0) + 2 * (architecture.hyperConnections?.streams ?? 0);
  const parallelBlock = architecture.norms.perLayer === 1 && group.feedForward.kind !== "none";
  const carried = (parallelBlock && group.mixer.kind === "attention" ? 2 : 0) + streams;
  const peaks = [
    mixerPeak(group.mixer, hidden),
    feedForwardPeak(group.feedForward, hidden, carriedBy(group.mixer, hidden)),
  ];
  const peak = peaks.reduce((widest, next) => (next.elements > widest.elements ? next : widest));
  return { elements: Math.round(peak.elements + carried * hidden), spread: peak.spread };
}

/**
 * Elements a feed-forward finds occupied: its input, the residual, and what the attention before it
 * left in the way when its width is not the model's.
 */
function carriedBy(mixer: Mixer, hidden: number): number {
  if (mixer.kind === "deltaNet") return 3 * hidden;
  if (mixer.kind === "parallel") return 2 * hidden;
  if (mixer.kind !== "attention") return mixer.kind === "latent" ? 3 * hidden : 2 * hidden;
  const query = mixer.heads * mixer.keyDim;
  if (query === hidden) return 2 * hidden;
  return 2 * hidden + (query < hidden ? 2 * query : query);
}

function feedForwardPeak(feedForward: FeedForward, hidden: number, carried: number): Peak {
  if (feedForward.kind === "none") return { elements: 0, spread: PLAIN };
  if (feedForward.kind === "dense") {
    // Gate, up and their product; without a gate the activation works in place.
    const matrices = feedForward.gated ? 3 : 1;
    return { elements: matrices * feedForward.width + carried, spread: PLAIN };
  }
  const { activeExperts, expertWidth, gated, sharedWidth, denseWidth } = feedForward;
  const visited = activeExperts * expertWidth;
  const results = activeExperts * hidden;
  // The experts' results go where gate and up were, if they fit there.
  const working = (gated ? 3 : 2) * visited + (2 * visited >= results ? 0 : results);
  const beside = 3 * Math.max(sharedWidth, denseWidth) + hidden;
  return { elements: Math.max(working, beside) + Math.max(carried, 2 * hidden), spread: EXPERTS };
}

function mixerPeak(mixer: Mixer, hidden: number): Peak {
  switch (mixer.kind) {
    case "attention": {
      const query = mixer.heads * mixer.keyDim;
      const cached = mixer.kvHeads * (mixer.keyDim + mixer.valueDim);
      const gate = mixer.weights.outputGate === "element" ? query : 0;
      return { elements: 2 * query + gate + cached + 2 * hidden, spread: PLAIN };
    }
    case "latent": {
      // Absorbed heads: the query in the latent space, the result there, and the query before.
      const row = mixer.kvLoraRank + mixer.ropeHeadDim;
      const head = row + mixer.kvLoraRank + mixer.nopeHeadDim + mixer.ropeHeadDim;
      const scorer = mixer.indexer ? 60 * mixer.indexer.topK : 0;
      const elements = mixer.heads * head + 3.3 * hidden + scorer;
      return { elements, spread: mixer.indexer ? SPARSE : EXPERTS };
    }
    case "compressed":
      return { elements: 2 * mixer.heads * mixer.headDim + 4 * hidden, spread: SPARSE };
    case "mamba":
      return mambaPeak(mixer, hidden);
    case "parallel":
      return mambaPeak(mixer.branches[1], 2 * hidden);
    case "deltaNet": {
      const value = mixer.valueHeads * mixer.valueDim;
      const conv = 2 * mixer.keyHeads * mixer.keyDim + value;
      return { elements: 3 * conv + 3 * value + 2 * hidden, spread: RECURRENT };
    }
    case "kimiDelta":
      return { elements: 12 * mixer.heads * mixer.headDim + 2 * hidden, spread: RECURRENT };
    case "rgLru":
      return { elements: 6 * mixer.width + 2 * hidden, spread: RECURRENT };
    case "matrixMemory": {
      const rows = 2 * mixer.keyDim + 3 * mixer.valueDim;
      return { elements: mixer.heads * rows + 2 * hidden, spread: RECURRENT };
    }
    case "lightning":
      return { elements: 6 * mixer.heads * mixer.headDim + 2 * hidden, spread: RECURRENT };
    case "shortConv":
      return { elements: 8 * hidden, spread: RECURRENT };
    case "rwkv":
      return { elements: 19 * hidden, spread: RECURRENT };
    case "none":
      return { elements: 2 * hidden, spread: PLAIN };
  }
}

function mambaPeak(mixer: MambaMixer, hidden: number): Peak {
  const conv = mixer.innerSize + 2 * mixer.groups * mixer.stateSize;
  const input = mixer.version === 1 ? 2 * mixer.innerSize : mixer.innerSize + conv + mixer.heads;
  return { elements: input + 2 * conv + 2 * mixer.innerSize + 0.2 * hidden, spread: RECURRENT };
}
