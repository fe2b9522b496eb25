// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/**
 * Types of the example operations, made from schema.graphql by GraphQL Code Generator.
 * `npx vitest run test/schema/codegen.test.ts -u` writes it anew.
 */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Weight formats: llama.cpp's file types by its own names, then formats of checkpoints. */
export type QuantizationName =
  /** 32 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0. */
  | 'F32'
  /** 16.001 bits per weight in a file of Llama 3.1 8B. */
  | 'BF16'
  /** 16.001 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0. */
  | 'F16'
  /** 8.501 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.0026. */
  | 'Q8_0'
  /** 6.563 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.0217. */
  | 'Q6_K'
  /** 5.704 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.0569. */
  | 'Q5_K_M'
  /** 5.57 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.1049. */
  | 'Q5_K_S'
  /** 6.038 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.1062. */
  | 'Q5_1'
  /** 5.585 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.1316. */
  | 'Q5_0'
  /** 4.894 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.1754. */
  | 'Q4_K_M'
  /** 4.667 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.2689. */
  | 'Q4_K_S'
  /** 5.103 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.4511. */
  | 'Q4_1'
  /** 4.65 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.4685. */
  | 'Q4_0'
  /** 4.653 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ4_NL'
  /** 4.423 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ4_XS'
  /** 4.474 bits per weight in a file of Llama 3.1 8B. */
  | 'MXFP4_MOE'
  /** 4.55 bits per weight in a file of Llama 3.1 8B. */
  | 'MXFP4_BF16'
  /** 4.298 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.5562. */
  | 'Q3_K_L'
  /** 3.996 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 0.6569. */
  | 'Q3_K_M'
  /** 3.643 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 1.6321. */
  | 'Q3_K_S'
  /** 3.763 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ3_M'
  /** 3.661 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ3_S'
  /** 3.498 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ3_XS'
  /** 3.255 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ3_XXS'
  /** 3.159 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 3.5199. */
  | 'Q2_K'
  /** 2.97 bits per weight in a file of Llama 3.1 8B. Perplexity of Llama 3 8B rises by 3.1836. */
  | 'Q2_K_S'
  /** 2.929 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ2_M'
  /** 2.74 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ2_S'
  /** 2.588 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ2_XS'
  /** 2.382 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ2_XXS'
  /** 2.517 bits per weight in a file of Llama 3.1 8B. */
  | 'TQ2_0'
  /** 2.191 bits per weight in a file of Llama 3.1 8B. */
  | 'TQ1_0'
  /** 2.146 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ1_M'
  /** 2.004 bits per weight in a file of Llama 3.1 8B. */
  | 'IQ1_S'
  /** Checkpoints with 8.002 bits per packed weight; llama.cpp does not load them. */
  | 'FP8'
  /** Checkpoints with 8.01 bits per packed weight; llama.cpp does not load them. */
  | 'FP8_CHANNEL'
  /** Checkpoints with 8.01 bits per packed weight; llama.cpp does not load them. */
  | 'INT8'
  /** Checkpoints with 4.156 bits per packed weight; llama.cpp does not load them. */
  | 'AWQ'
  /** Checkpoints with 4.156 bits per packed weight; llama.cpp does not load them. */
  | 'GPTQ'
  /** Checkpoints with 4.5 bits per packed weight; llama.cpp does not load them. */
  | 'INT4_G32'
  /** Checkpoints with 4.5 bits per packed weight; llama.cpp does not load them. */
  | 'NF4'
  /** Checkpoints with 4.127 bits per packed weight; llama.cpp does not load them. */
  | 'NF4_DOUBLE'
  /** Checkpoints with 4.5 bits per packed weight; llama.cpp does not load them. */
  | 'NVFP4'
  /** Checkpoints with 4.25 bits per packed weight; llama.cpp does not load them. */
  | 'MXFP4'
  /** Checkpoints with 4.5 bits per packed weight; llama.cpp does not load them. */
  | 'MLX_4BIT'
  /** Checkpoints with 8.5 bits per packed weight; llama.cpp does not load them. */
  | 'MLX_8BIT';

/** How an estimate is made. */
export type EstimateMethod =
  /** Each part computed for itself, from the best basis there is. */
  | 'ITEMISED'
  /** The rule of calculator pages: parameters × round bytes per weight × (1 + overhead + 0.01) plus a full 16-bit cache for every layer. For comparison. */
  | 'NOMINAL';

/** How much hardware, in the three steps that model pages use. */
export type HardwareTier =
  /** Fits a consumer GPU of 24 GB. */
  | 'CONSUMER_24GB'
  /** Fits a data-centre GPU of 80 GB. */
  | 'DATACENTER_80GB'
  /** Needs several GPUs or a cluster. */
  | 'CLUSTER';

/** What the weights are known from, best first. */
export type EstimateBasis =
  /** The tensors of a file that somebody published. */
  | 'PUBLISHED_FILE'
  /** A list of all tensors and the quantizer's own rules. */
  | 'TENSOR_LEVEL'
  /** The number of parameters times mean bits per weight. */
  | 'PARAMETER_COUNT';

/** What happened. */
export type EventKind =
  /** A model is new in the catalog. */
  | 'MODEL_ADDED'
  /** Facts of a model changed; `changes` lists them. */
  | 'MODEL_UPDATED'
  /** A model's memory is computed differently, although no fact changed. */
  | 'ESTIMATE_CHANGED'
  /** Its publisher took a model down. */
  | 'MODEL_WITHDRAWN'
  /** A repository offers a model in formats in which it did not before; `changes` lists them. Files that came with a new model are not told beside it. */
  | 'ARTIFACT_ADDED'
  /** A repository no longer offers a model in some formats. */
  | 'ARTIFACT_REMOVED'
  /** A source could not be read. */
  | 'SOURCE_FAILED'
  /** A source that had failed can be read again. */
  | 'SOURCE_RECOVERED';

export type ModelPageQueryVariables = Exact<{
  slug?: string;
  quant?: QuantizationName;
  ctx?: number;
}>;


export type ModelPageQuery = { model: { name: string, huggingFaceId: string, description: string | null, releasedOn: string | null, vramReason: string | null, organization: { name: string }, family: { name: string } | null, license: { name: string | null, commercialUse: boolean | null } | null, headline: Array<{ label: string, value: string, unit: string | null }>, specification: Array<{ label: string, value: string, unit: string | null }>, vram: { tier: HardwareTier, basis: EstimateBasis, warnings: Array<string>, weights: { formatted: string }, kvCache: { formatted: string }, recurrentState: { formatted: string }, activations: { formatted: string }, runtime: { formatted: string }, overhead: { formatted: string }, total: { formatted: string, bytes: number } } | null, vramTable: Array<{ quantization: { name: QuantizationName, qualityPercent: number | null }, cells: Array<{ contextTokens: number, tier: HardwareTier, total: { formatted: string } }> }> | null, devices: Array<{ count: number, device: { name: string }, headroom: { formatted: string } }> | null, siblings: Array<{ slug: string, name: string }> } | null };

export type WhatFits24GbQueryVariables = Exact<{
  memoryGib?: number;
  quant?: QuantizationName;
  ctx?: number;
  after?: string | null | undefined;
}>;


export type WhatFits24GbQuery = { models: { totalCount: number, nodes: Array<{ slug: string, name: string, totalParameters: number | null, vram: { tier: HardwareTier, memoryClassGib: number | null, total: { gib: number, formatted: string }, kvCache: { formatted: string } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CalculatorQueryVariables = Exact<{ [key: string]: never; }>;


export type CalculatorQuery = { itemised: { warnings: Array<string>, tier: HardwareTier, memoryClassGib: number | null, basis: EstimateBasis, method: EstimateMethod, low: { formatted: string } | null, high: { formatted: string } | null, weights: { formatted: string }, kvCache: { formatted: string }, activations: { formatted: string }, overhead: { formatted: string }, total: { gib: number, formatted: string } } | null, nominal: { tier: HardwareTier, memoryClassGib: number | null, basis: EstimateBasis, method: EstimateMethod, weights: { formatted: string }, kvCache: { formatted: string }, activations: { formatted: string }, overhead: { formatted: string }, total: { gib: number, formatted: string } } | null };

export type BillFragment = { tier: HardwareTier, memoryClassGib: number | null, basis: EstimateBasis, method: EstimateMethod, weights: { formatted: string }, kvCache: { formatted: string }, activations: { formatted: string }, overhead: { formatted: string }, total: { gib: number, formatted: string } };

export type CompareQueryVariables = Exact<{
  models?: Array<string> | string;
  quant?: QuantizationName;
  ctx?: number;
}>;


export type CompareQuery = { compare: { models: Array<{ slug: string, name: string, license: { name: string | null, commercialUse: boolean | null } | null, vram: { tier: HardwareTier } | null, devices: Array<{ count: number, device: { name: string }, headroom: { formatted: string }, speed: { decodeTokensPerSecond: { low: number, high: number } } | null }> | null }>, rows: Array<{ label: string, unit: string | null, values: Array<string | null>, differs: boolean }> } };

export type LiveFeedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveFeedSubscription = { catalogUpdated: { number: number, at: string, kind: EventKind, message: string, model: { slug: string, name: string, organization: { name: string } } | null, changes: Array<{ field: string, from: unknown, to: unknown }> } };
