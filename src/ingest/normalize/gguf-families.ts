/**
 * What llama.cpp decides in code rather than by metadata, per GGUF architecture: window patterns,
 * which layers are recurrent, how many own a cache. Facts read from its model sources, release 0.5.
 */

export interface WindowFamily {
  /** Every nth layer is full when the header has no pattern; 0: all layers slide. */
  fullEvery: number;
  /** The full layer is the first of n instead of the last. */
  denseFirst?: boolean;
  /** Window when the header has none. */
  tokens?: number;
  /** `tokens` also overrides what the header says. */
  fixed?: boolean;
  /** Without a window in the header there is none. */
  onlyIfStated?: boolean;
  chunked?: boolean;
  /** Windows exist only in the size with this many layers. */
  onlyLayers?: number;
}

export interface GgufFamily {
  window: WindowFamily | null;
  /** Which layers have a state: those without key heads, all, none, or all but every nth. */
  recurrent: "none" | "all" | "zeroKvHeads" | { fullEvery: number };
  linear: "mamba" | "deltaNet" | "lightning";
  /** Attention and Mamba in every layer. */
  parallel: boolean;
  /** A block is either a mixer or a feed-forward (Nemotron-H). */
  blocksWithoutMixer: boolean;
  /** DeepSeek V4's compressed caches. */
  compressed: boolean;
  /** Layers may have an indexer cache. */
  indexer: boolean;
  /** Whether a layer owns its indexer when the header does not list it. */
  indexedLayer: (layer: number, contextLength: number) => boolean;
  /** First layers that own a cache, fixed in code (Gemma 3n). */
  ownCacheLayers: number | null;
  /** `block_count` includes the prediction layers. */
  mtpInCount: boolean;
  /** Layers are run several times over, each time with a cache. */
  loops: boolean;
  cacheless: boolean;
}

const PLAIN: GgufFamily = {
  window: null,
  recurrent: "none",
  linear: "mamba",
  parallel: false,
  blocksWithoutMixer: false,
  compressed: false,
  indexer: false,
  indexedLayer: () => true,
  ownCacheLayers: null,
  mtpInCount: true,
  loops: false,
  cacheless: false,
};

const sliding = (fullEvery: number, more: Partial<WindowFamily> = {}): Partial<GgufFamily> => ({
  window: { fullEvery, ...more },
});
const hybrid: Partial<GgufFamily> = { recurrent: "zeroKvHeads" };
const delta: Partial<GgufFamily> = { recurrent: { fullEvery: 4 }, linear: "deltaNet" };

const FAMILIES: Record<string, Partial<GgufFamily>> = {
  gemma2: sliding(2, { tokens: 4096 }),
  gemma3: sliding(6),
  gemma3n: { ...sliding(5), ownCacheLayers: 20 },
  gemma4: sliding(1),
  "gpt-oss": sliding(2),
  cohere2: sliding(4),
  cohere2moe: sliding(4, { denseFirst: true }),
  olmo2: sliding(4),
  exaone4: sliding(4, { tokens: 4096, onlyLayers: 64 }),
  "exaone-moe": sliding(4, { tokens: 128 }),
  llama4: sliding(4, { tokens: 8192, fixed: true, chunked: true }),
  smallthinker: sliding(4, { tokens: 4096, fixed: true, onlyIfStated: true, denseFirst: true }),
  plamo3: sliding(8),
  afmoe: sliding(4),
  laguna: sliding(4, { denseFirst: true }),
  mellum: sliding(4),
  "muse-glimmer": sliding(4),
  mimo2: sliding(1),
  step35: sliding(1),
  granite_swa: sliding(1),
  maple: sliding(1),
  spark2_5: sliding(1),
  dots3note: { ...sliding(1), indexer: true },
  lfm2: { ...hybrid, ...sliding(0) },
  lfm2moe: hybrid,
  jamba: hybrid,
  plamo2: hybrid,
  granitehybrid: hybrid,
  "kimi-linear": hybrid,
  "kimi-k3": hybrid,
  bailingmoe3: hybrid,
  nemotron_h: { ...hybrid, blocksWithoutMixer: true },
  nemotron_h_moe: { ...hybrid, blocksWithoutMixer: true },
  "falcon-h1": { parallel: true },
  qwen3next: delta,
  qwen35: delta,
  qwen35moe: delta,
  qwen4exp: delta,
  "minimax-01": { recurrent: { fullEvery: 8 }, linear: "lightning" },
  "minimax-m3": { indexer: true },
  deepseek32: { indexer: true },
  "glm-dsa": { indexer: true, indexedLayer: glmIndexer },
  hy_v4: { indexer: true, indexedLayer: () => false },
  deepseek4: { compressed: true, mtpInCount: false },
  nanbeige: { loops: true },
  mamba: { recurrent: "all" },
  mamba2: { recurrent: "all" },
  rwkv6: { recurrent: "all" },
  rwkv6qwen2: { recurrent: "all" },
  rwkv7: { recurrent: "all" },
  arwkv7: { recurrent: "all" },
};

const CACHELESS = new Set(
  (
    "bert jina-bert-v2 jina-bert-v3 nomic-bert nomic-bert-moe neo-bert eurobert modern-bert " +
    "gemma-embedding dream llada llada-moe rnd1 wavtokenizer-dec"
  ).split(" "),
);

/** GLM 5.2, known by its context of a million tokens, shares one indexer among four layers. */
function glmIndexer(layer: number, contextLength: number): boolean {
  return contextLength < 1_048_576 || layer < 2 || (layer - 2) % 4 === 0;
}

/** The rules of one architecture; plain full attention for any that is not listed. */
export function familyOf(name: string): GgufFamily {
  return { ...PLAIN, ...FAMILIES[name], cacheless: CACHELESS.has(name) };
}
