/**
 * What goes into the normaliser and what comes out. The input is untrusted and stays `unknown` until a
 * reader has looked at each value; the output separates a full model, a partial record whose memory
 * cannot be computed, and a refusal, each with the reason in words.
 */
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "../../db/facts.ts";

/** Facts that a model hub states beside the files; every field is optional and already type-checked. */
export interface HubFacts {
  tags?: string[];
  pipelineTag?: string | null;
  libraryName?: string | null;
  /** The YAML front matter of the model card, as parsed. */
  cardData?: Record<string, unknown> | null;
  /** Parameter counts from the safetensors headers, by stored type, and their sum. */
  safetensors?: {
    parameters?: Record<string, number>;
    total?: number | null;
    /** Where the total was read, when not in the listing. */
    file?: string;
  } | null;
  createdAt?: string | null;
  downloads?: number | null;
  likes?: number | null;
  gated?: boolean | string | null;
}

export interface NormalizeInput {
  /** `owner/name`, or null for a pasted config. */
  id: string | null;
  config: unknown;
  files?: { hfQuantConfig?: unknown; params?: unknown; generationConfig?: unknown };
  info?: HubFacts;
}

/** `model`: memory can be computed. `partial`: sure facts only. `refused`: nothing in it can be used. */
export type Outcome = "model" | "partial" | "refused";

/** A key of the file that had no part in the reading, and why. */
export interface IgnoredKey {
  key: string;
  value: unknown;
  why: string;
}

/** A key of the file that had a part in the reading, and what it was read as. */
export interface UsedKey {
  key: string;
  value: unknown;
  became: string;
}

export interface Reading {
  outcome: Outcome;
  /** Why it is not a model; null when it is. */
  reason: string | null;
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
  issues: ModelIssue[];
  used: UsedKey[];
  ignored: IgnoredKey[];
}
