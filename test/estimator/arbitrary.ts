/** Random architectures and settings for property tests: any mixer, any feed-forward, any order. */
import fc from "fast-check";
import type {
  Architecture,
  EstimateSettings,
  FeedForward,
  LayerGroup,
  Mixer,
} from "../../src/estimator/index.ts";
import { QUANTIZATION_NAMES } from "../../src/estimator/index.ts";
import { attention, dense, experts, model, WEIGHTS } from "./models.ts";

const heads = fc.constantFrom(1, 2, 4, 8, 16, 32);
const width = fc.constantFrom(32, 64, 96, 128, 256);

const attentionMixer: fc.Arbitrary<Mixer> = fc
  .record({
    kvHeads: heads,
    group: fc.constantFrom(1, 4, 8),
    keyDim: width,
    valueDim: width,
    window: fc.option(fc.constantFrom(128, 512, 4096), { nil: null }),
    shared: fc.boolean(),
    sinks: fc.boolean(),
    bias: fc.boolean(),
  })
  .map(({ kvHeads, group, keyDim, valueDim, window, shared, sinks, bias }) =>
    attention(kvHeads * group, kvHeads, keyDim, {
      valueDim,
      window: window === null ? null : { kind: "sliding", tokens: window },
      cache: shared ? "shared" : "own",
      weights: { ...WEIGHTS, sinks, qkvBias: bias },
    }),
  );

const latentMixer: fc.Arbitrary<Mixer> = fc
  .record({ heads, kvLoraRank: fc.constantFrom(128, 512), indexed: fc.boolean() })
  .map(({ indexed, ...rest }) => ({
    kind: "latent",
    ...rest,
    qLoraRank: 256,
    nopeHeadDim: 128,
    ropeHeadDim: 64,
    valueDim: 128,
    indexer: indexed ? { heads: 4, headDim: 128, topK: 64, stored: true } : null,
  }));

const recurrentMixer: fc.Arbitrary<Mixer> = fc.oneof(
  fc
    .record({ keyHeads: heads, valueHeads: heads, keyDim: width, valueDim: width })
    .map((shape): Mixer => ({ kind: "deltaNet", convKernel: 4, ...shape })),
  heads.map((count): Mixer => ({ kind: "kimiDelta", heads: count, headDim: 128, convKernel: 4 })),
  heads.map((count): Mixer => ({ kind: "lightning", heads: count, headDim: 96 })),
  fc.constantFrom(3, 4).map((kernel): Mixer => ({ kind: "shortConv", kernel })),
  fc.constant<Mixer>({ kind: "none" }),
);

const feedForward: fc.Arbitrary<FeedForward> = fc.oneof(
  fc.constantFrom(512, 1408, 2688).map(dense),
  fc.constantFrom(4, 8, 16).map((count) => experts(count, 2, 768, 512, true)),
  fc.constant<FeedForward>({ kind: "none" }),
);

const group: fc.Arbitrary<LayerGroup> = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  mixer: fc.oneof(attentionMixer, latentMixer, recurrentMixer),
  feedForward,
});

export const anyArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    hiddenSize: fc.constantFrom(256, 1024, 2880),
    vocabSize: fc.integer({ min: 100, max: 260_000 }),
    tiedEmbeddings: fc.boolean(),
    layers: fc.array(group, { minLength: 1, maxLength: 6 }),
    ggufArchitecture: fc.constantFrom("llama", "gemma3", "qwen3next", "falcon", null),
  })
  .map(model);

export const anySettings: fc.Arbitrary<EstimateSettings> = fc.record({
  quant: fc.constantFrom(...QUANTIZATION_NAMES),
  contextTokens: fc.integer({ min: 1, max: 2_000_000 }),
  sequences: fc.integer({ min: 1, max: 64 }),
  kvUnified: fc.boolean(),
  swaFull: fc.boolean(),
  flashAttention: fc.boolean(),
  ubatch: fc.constantFrom(32, 512, 2048),
  overheadFraction: fc.constantFrom(0, 0.1),
  engine: fc.constantFrom("llama.cpp", "vllm", "transformers"),
});
