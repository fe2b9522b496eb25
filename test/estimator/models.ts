/** Architectures of known models, written by hand, so that the room is tested without a normaliser. */
import type {
  Architecture,
  AttentionMixer,
  AttentionWeights,
  FeedForward,
  LayerGroup,
  Mixer,
} from "../../src/estimator/index.ts";

export const WEIGHTS: AttentionWeights = {
  qkvBias: false,
  outputBias: false,
  qkNorm: "none",
  sinks: false,
  outputGate: "none",
  fusedQkv: false,
};

export function attention(
  heads: number,
  kvHeads: number,
  width: number,
  more: Partial<AttentionMixer> = {},
): AttentionMixer {
  return {
    kind: "attention",
    heads,
    kvHeads,
    keyDim: width,
    valueDim: width,
    window: null,
    cache: "own",
    weights: WEIGHTS,
    ...more,
  };
}

export const dense = (width: number): FeedForward => ({
  kind: "dense",
  width,
  gated: true,
  bias: false,
});

export function experts(
  count: number,
  active: number,
  width: number,
  sharedWidth = 0,
  routerBias = false,
): FeedForward {
  return {
    kind: "moe",
    experts: count,
    activeExperts: active,
    expertWidth: width,
    gated: true,
    bias: false,
    routerBias,
    sharedExperts: sharedWidth > 0 ? 1 : 0,
    sharedWidth,
    sharedGate: false,
    denseWidth: 0,
    latentWidth: 0,
  };
}

export const layers = (count: number, mixer: Mixer, feedForward: FeedForward): LayerGroup => ({
  count,
  mixer,
  feedForward,
});

export function model(more: Partial<Architecture>): Architecture {
  return {
    hiddenSize: 4096,
    vocabSize: 32_000,
    tiedEmbeddings: false,
    outputHead: true,
    outputHeadBias: false,
    learnedPositions: 0,
    contextLength: 131_072,
    ropeFactorElements: 0,
    norms: { kind: "rms", perLayer: 2, bias: false, afterEmbedding: false, final: true },
    layers: [],
    causal: true,
    components: [],
    ggufArchitecture: "llama",
    ...more,
  };
}

export const LLAMA_8B = model({
  vocabSize: 128_256,
  ropeFactorElements: 64,
  layers: [layers(32, attention(32, 8, 128), dense(14_336))],
});

export const LLAMA_70B = model({
  hiddenSize: 8192,
  vocabSize: 128_256,
  ropeFactorElements: 64,
  layers: [layers(80, attention(64, 8, 128), dense(28_672))],
});

export const MIXTRAL_8X7B = model({
  contextLength: 32_768,
  layers: [layers(32, attention(32, 8, 128), experts(8, 2, 14_336))],
});

const LATENT: Mixer = {
  kind: "latent",
  heads: 128,
  qLoraRank: 1536,
  kvLoraRank: 512,
  nopeHeadDim: 128,
  ropeHeadDim: 64,
  valueDim: 128,
};

export const DEEPSEEK_V3 = model({
  hiddenSize: 7168,
  vocabSize: 129_280,
  contextLength: 163_840,
  ggufArchitecture: "deepseek2",
  layers: [layers(3, LATENT, dense(18_432)), layers(58, LATENT, experts(256, 8, 2048, 2048, true))],
});

const GEMMA_NORMS = {
  kind: "rms",
  perLayer: 4,
  bias: false,
  afterEmbedding: false,
  final: true,
} as const;

export const GEMMA_3_4B = model({
  hiddenSize: 2560,
  vocabSize: 262_208,
  ggufVocabSize: 262_144,
  tiedEmbeddings: true,
  ggufArchitecture: "gemma3",
  norms: GEMMA_NORMS,
  layers: Array.from({ length: 34 }, (_, i) =>
    layers(
      1,
      attention(8, 4, 256, {
        window: i % 6 === 5 ? null : { kind: "sliding", tokens: 1024 },
        weights: { ...WEIGHTS, qkNorm: "head" },
      }),
      dense(10_240),
    ),
  ),
});

export const FALCON_MAMBA = model({
  hiddenSize: 4096,
  vocabSize: 65_024,
  ggufArchitecture: "mamba",
  norms: { kind: "rms", perLayer: 1, bias: false, afterEmbedding: false, final: true },
  layers: [
    layers(
      64,
      {
        kind: "mamba",
        version: 1,
        innerSize: 8192,
        stateSize: 16,
        convKernel: 4,
        groups: 0,
        heads: 0,
        timeStepRank: 256,
        convBias: true,
        projectionBias: false,
        innerNorm: false,
      },
      { kind: "none" },
    ),
  ],
});

const DELTA: Mixer = {
  kind: "deltaNet",
  keyHeads: 16,
  valueHeads: 48,
  keyDim: 128,
  valueDim: 128,
  convKernel: 4,
};

export const QWEN_3_5_27B = model({
  hiddenSize: 5120,
  vocabSize: 248_320,
  contextLength: 262_144,
  ggufArchitecture: "qwen35",
  layers: Array.from({ length: 16 }, () => [
    layers(3, DELTA, dense(17_408)),
    layers(
      1,
      attention(24, 4, 256, { weights: { ...WEIGHTS, qkNorm: "head", outputGate: "element" } }),
      dense(17_408),
    ),
  ]).flat(),
});

const compressed = (ratio: number): Mixer => ({
  kind: "compressed",
  heads: 64,
  headDim: 512,
  ropeHeadDim: 64,
  qLoraRank: 1024,
  outputGroups: 8,
  outputLoraRank: 1024,
  windowTokens: 128,
  ratio,
  indexer: ratio === 4 ? { heads: 64, headDim: 128, topK: 512, stored: true } : null,
});

export const DEEPSEEK_V4_FLASH = model({
  vocabSize: 129_280,
  contextLength: 1_048_576,
  ggufArchitecture: "deepseek4",
  hyperConnections: { streams: 4, hashLayers: 3 },
  layers: [0, 0, ...Array.from({ length: 41 }, (_, i) => (i % 2 === 0 ? 4 : 128))].map((ratio) =>
    layers(1, compressed(ratio), experts(256, 6, 2048, 2048, true)),
  ),
});

export const KNOWN_MODELS = {
  LLAMA_8B,
  LLAMA_70B,
  MIXTRAL_8X7B,
  DEEPSEEK_V3,
  GEMMA_3_4B,
  FALCON_MAMBA,
  QWEN_3_5_27B,
  DEEPSEEK_V4_FLASH,
};
