/**
 * The vocabulary of the catalog: every fact that can be known about a model, with its type. A source
 * gives some of them; the catalog keeps each with where it came from. Null means "asked and unknown",
 * a missing key means "this source says nothing about it".
 */
import type { Architecture } from "../estimator/architecture.ts";

export const ATTENTION_KINDS = [
  "MHA",
  "GQA",
  "MQA",
  "MLA",
  "COMPRESSED",
  "HYBRID_LINEAR",
  "LINEAR",
  "HYBRID_SSM",
  "SSM",
  "RWKV",
  "CONVOLUTION_HYBRID",
  "BIDIRECTIONAL",
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export const MODALITIES = ["TEXT", "IMAGE", "AUDIO", "VIDEO", "EMBEDDING", "SCORE"] as const;
export type Modality = (typeof MODALITIES)[number];

export const VARIANTS = [
  "BASE",
  "INSTRUCT",
  "REASONING",
  "DISTILLED",
  "QUANTIZED",
  "FINE_TUNE",
  "EMBEDDING",
  "DRAFT",
] as const;
export type Variant = (typeof VARIANTS)[number];

export const USE_CASES = [
  "GENERAL_PURPOSE",
  "CODE",
  "REASONING",
  "RESEARCH",
  "ENTERPRISE",
  "VISION",
  "AUDIO",
  "EMBEDDING",
  "EDGE",
  "AGENTS",
  "MULTILINGUAL",
  "MATH",
] as const;
export type UseCase = (typeof USE_CASES)[number];

/** How the published weights are stored, from `torch_dtype` and `quantization_config`. */
export interface WeightFormat {
  /** `bf16`, `f16`, `f32`, `fp8`, `mxfp4`, `nvfp4`, `awq`, `gptq`, `nf4`, `int4`, `int8`, `mlx`, `other` … */
  format: string;
  /** The publisher's own name for the method, as written. */
  method: string | null;
  /** Mean stored bits of one quantized weight, scales included; null when not derivable. */
  bitsPerWeight: number | null;
}

export interface RopeScaling {
  /** `yarn`, `llama3`, `linear`, `dynamic`, `longrope`, `proportional` … as the publisher names it. */
  kind: string;
  factor: number | null;
  originalContextLength: number | null;
}

/** What a publisher recommends for drawing tokens; null where it says nothing of one. */
export interface Sampling {
  temperature: number | null;
  topP: number | null;
  topK: number | null;
  minP: number | null;
  repetitionPenalty: number | null;
}

export interface ModelFacts {
  /** Display name, such as "DeepSeek V3". */
  name: string;
  organization: string;
  /** Family key, such as "deepseek-v3"; its display name lives in `data/families.json`. */
  family: string | null;
  familyName: string | null;
  variant: Variant | null;
  /** Hugging Face id of the model this one was made from. */
  baseModel: string | null;
  description: string | null;

  totalParameters: number | null;
  activeParameters: number | null;
  /** Unique parameters per component: text, embedding, vision, audio, projector, mtp. */
  componentParameters: Record<string, number> | null;
  /** The count the publisher's file headers state, kept beside ours. */
  statedParameters: number | null;

  contextLength: number | null;
  extendedContextLength: number | null;
  /** Tokens that hosted services offer for it: their product's limit, never the model's own. */
  servedContextLength?: number | null;
  /** Page of a service with its prices; the prices themselves stay there. */
  priceUrl?: string | null;
  ropeScaling: RopeScaling | null;

  attentionKind: AttentionKind | null;
  /** Tokens of the sliding or chunked window where some layers have one. */
  attentionWindow: number | null;
  layers: number | null;
  hiddenSize: number | null;
  heads: number | null;
  kvHeads: number | null;
  headDim: number | null;
  vocabSize: number | null;
  feedForwardSize: number | null;
  experts: number | null;
  activeExperts: number | null;
  sharedExperts: number | null;
  denseLayers: number | null;
  activation: string | null;
  normalization: string | null;
  positionEmbedding: string | null;
  tiedEmbeddings: boolean | null;
  /** `architectures[0]` and `model_type`, as written. */
  architectureClass: string | null;
  modelType: string | null;
  weightFormat: WeightFormat | null;

  inputModalities: Modality[] | null;
  outputModalities: Modality[] | null;
  useCases: UseCase[] | null;
  languages: string[] | null;
  sampling: Sampling | null;
  tags: string[] | null;

  /** SPDX identifier, or `LicenseRef-<name>` for a publisher's own licence. */
  license: string | null;
  licenseName: string | null;
  licenseUrl: string | null;
  /** True when commercial use is open to anyone, false when restricted, null when unknown. */
  commercialUse: boolean | null;
  /** ISO date, `YYYY-MM-DD`. */
  releasedOn: string | null;

  downloads: number | null;
  likes: number | null;

  architecture: Architecture | null;
}

export type FactName = keyof ModelFacts;

/** Where one fact came from inside an upstream: the file and the key in it. */
export interface FactOrigin {
  file: string;
  key: string;
  /** `class-default`: the file leaves it out and the model class implies it; `derived`: computed from other keys. */
  basis: "stated" | "class-default" | "derived" | "curated";
  /** Where a bundled fact was first read; missing when the record's own source read it. */
  source?: string;
  revision?: string | null;
  /** Why a person set this value against what upstreams say, in a sentence. */
  reason?: string;
}

/** Something a reader of the catalog should know about a model's record. */
export interface ModelIssue {
  /** `CONTRADICTION`, `UNKNOWN_ARCHITECTURE`, `MISSING_FIELD`, `PARAMETER_MISMATCH`, `UNCOUNTED_PART`, `GATED` … */
  code: string;
  /** The fact or config key it is about. */
  field: string;
  /** A sentence for people, with both figures where two disagree. */
  message: string;
}
