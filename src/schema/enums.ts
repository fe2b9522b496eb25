/**
 * The words of the catalog as GraphQL enums: attention kinds, modalities, variants, uses and tiers.
 * Values carry the same names as in the tables, so nothing has to be translated on the way.
 */
import type { AttentionKind, Modality, UseCase, Variant } from "../db/facts.ts";
import type { ModelStatus } from "../db/tables.ts";
import { builder } from "./builder.ts";

/** Descriptions by value, as the builder wants them; the type makes sure that none is missing. */
export function described<Name extends string>(
  descriptions: Record<Name, string>,
): Record<Name, { description: string }> {
  const entries = Object.entries<string>(descriptions);
  return Object.fromEntries(
    entries.map(([name, description]) => [name, { description }]),
  ) as Record<Name, { description: string }>;
}

export const AttentionKindEnum = builder.enumType("AttentionKind", {
  description: "How a model's layers carry information between tokens; it decides the cache.",
  values: described<AttentionKind>({
    MHA: "Multi-head attention: every query head has keys and values of its own.",
    GQA: "Grouped-query attention: several query heads share one key-value head.",
    MQA: "Multi-query attention: all query heads share one key-value head.",
    MLA: "Multi-head latent attention: one compressed row per token is cached.",
    COMPRESSED: "A window of raw tokens plus one cached entry for every few older ones.",
    HYBRID_LINEAR: "Attention in some layers, linear attention with a fixed state in the others.",
    LINEAR: "A linear recurrence with a fixed state in every layer, and no attention (xLSTM).",
    HYBRID_SSM: "Attention in some layers, a state space of fixed size in the others.",
    SSM: "State space layers only: memory does not grow with the context.",
    RWKV: "RWKV time mixing: memory does not grow with the context.",
    CONVOLUTION_HYBRID: "Attention in some layers, short convolutions in the others.",
    BIDIRECTIONAL: "An encoder: every token sees every other and nothing is cached.",
  }),
});

export const ModalityEnum = builder.enumType("Modality", {
  description: "What goes into a model or comes out of it.",
  values: described<Modality>({
    TEXT: "Text.",
    IMAGE: "Pictures.",
    AUDIO: "Sound.",
    VIDEO: "Moving pictures.",
    EMBEDDING: "A vector that stands for the input.",
    SCORE: "A number, such as the relevance of a passage.",
  }),
});

export const VariantEnum = builder.enumType("Variant", {
  description: "What was done to a model after pre-training.",
  values: described<Variant>({
    BASE: "Pre-trained only.",
    INSTRUCT: "Trained to follow instructions.",
    REASONING: "Trained to think before it answers.",
    DISTILLED: "Trained on the answers of a larger model.",
    QUANTIZED: "Published with weights of lower precision.",
    FINE_TUNE: "Trained further for a purpose.",
    EMBEDDING: "Made to turn texts into vectors.",
    DRAFT: "Made to guess ahead for a larger model.",
  }),
});

export const UseCaseEnum = builder.enumType("UseCase", {
  description: "What people choose a model for.",
  values: described<UseCase>({
    GENERAL_PURPOSE: "Everyday questions and texts.",
    CODE: "Writing and reading programs.",
    REASONING: "Problems that need several steps.",
    RESEARCH: "Studying models, or helping with studies.",
    ENTERPRISE: "Use within companies.",
    VISION: "Understanding pictures.",
    AUDIO: "Understanding or making sound.",
    EMBEDDING: "Search and comparison by vectors.",
    EDGE: "Phones, laptops and small boards.",
    AGENTS: "Calling tools over many steps.",
    MULTILINGUAL: "Many languages.",
    MATH: "Mathematics.",
  }),
});

export const ModelStatusEnum = builder.enumType("ModelStatus", {
  description: "How completely the catalog knows a model.",
  values: described<ModelStatus>({
    LISTED: "Its architecture is known, so its memory can be computed.",
    PARTIAL: "Something needed for its memory is unknown; `vramReason` says what.",
    WITHDRAWN: "Its publisher has taken it down. It is left out of lists.",
  }),
});

export type Openness = "OPEN" | "CONDITIONAL" | "RESTRICTED" | "UNKNOWN";

export const opennessOf = (license: string | null, commercialUse: boolean | null): Openness => {
  if (commercialUse !== null) return commercialUse ? "OPEN" : "RESTRICTED";
  return license === null ? "UNKNOWN" : "CONDITIONAL";
};

export const OpennessEnum = builder.enumType("Openness", {
  description: "What the terms of a model allow.",
  values: described<Openness>({
    OPEN: "Commercial use is open to anyone.",
    CONDITIONAL: "A publisher's own terms, with conditions such as a number of users.",
    RESTRICTED: "Commercial use is forbidden.",
    UNKNOWN: "Its terms are unknown.",
  }),
});

export const ArchitectureKindEnum = builder.enumType("ArchitectureKind", {
  description: "Whether every weight works on every token.",
  values: described<"DENSE" | "MOE">({
    DENSE: "Every weight is used for every token.",
    MOE: "Mixture of experts: a router picks a few experts for each token.",
  }),
});

export const SortDirectionEnum = builder.enumType("SortDirection", {
  description: "Which end of an order comes first.",
  values: described<"ASC" | "DESC">({
    ASC: "Smallest, earliest or alphabetically first at the start.",
    DESC: "Largest, latest or alphabetically last at the start.",
  }),
});
