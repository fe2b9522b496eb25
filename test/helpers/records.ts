/** Small records of made-up models, with just the fields a test needs. */
import type { CatalogRecord } from "../../src/db/records.ts";
import type { Architecture } from "../../src/estimator/index.ts";

/** A plain grouped-query model: 4 layers of 8 heads with 2 key-value heads of 64. */
export const smallArchitecture: Architecture = {
  hiddenSize: 512,
  vocabSize: 32_000,
  tiedEmbeddings: false,
  outputHead: true,
  outputHeadBias: false,
  learnedPositions: 0,
  contextLength: 8192,
  ropeFactorElements: 0,
  norms: { kind: "rms", perLayer: 2, bias: false, afterEmbedding: false, final: true },
  layers: [
    {
      count: 4,
      mixer: {
        kind: "attention",
        heads: 8,
        kvHeads: 2,
        keyDim: 64,
        valueDim: 64,
        window: null,
        cache: "own",
        weights: {
          qkvBias: false,
          outputBias: false,
          qkNorm: "none",
          sinks: false,
          outputGate: "none",
          fusedQkv: false,
        },
      },
      feedForward: { kind: "dense", width: 1536, gated: true, bias: false },
    },
  ],
  causal: true,
  components: [],
  ggufArchitecture: "llama",
};

/** A record of a model that can be weighed; override what the test is about. */
export function modelRecord(
  externalId: string,
  changes: Partial<CatalogRecord> = {},
): CatalogRecord {
  const facts = {
    name: externalId.split("/")[1] ?? externalId,
    organization: externalId.split("/")[0] ?? externalId,
    contextLength: 8192,
    architecture: smallArchitecture,
  };
  return {
    externalId,
    revision: "0123456789abcdef0123456789abcdef01234567",
    fetchedAt: new Date().toISOString(),
    url: `https://hub.example/${externalId}`,
    outcome: "model",
    state: "open",
    reason: null,
    origins: {},
    issues: [],
    artifacts: [],
    files: {},
    readerVersion: 1,
    ...changes,
    facts: { ...facts, ...changes.facts },
  };
}
