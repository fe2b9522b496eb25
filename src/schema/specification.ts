/**
 * The facts of a model page, ready to print: the headline and the table of specifications. A row whose
 * fact is unknown is left out, so a page never shows a gap or a guess.
 */
import type { AttentionKind, Modality } from "../db/facts.ts";
import type { models } from "../db/tables.ts";
import { formatDay, formatInteger, formatParameters, formatTokens } from "./format.ts";

export interface PrintedFact {
  key: string;
  label: string;
  value: string;
  unit: string | null;
}

type ModelRow = typeof models.$inferSelect;

/** What the rows are made of. */
export const PRINTED_COLUMNS = {
  totalParameters: true,
  activeParameters: true,
  contextLength: true,
  releasedOn: true,
  inputModalities: true,
  experts: true,
  activeExperts: true,
  attentionKind: true,
  hiddenSize: true,
  layers: true,
  heads: true,
  kvHeads: true,
  headDim: true,
  activation: true,
  normalization: true,
  positionEmbedding: true,
} as const;

export type PrintedRow = Pick<ModelRow, keyof typeof PRINTED_COLUMNS>;

export const ATTENTION_NAMES: Record<AttentionKind, string> = {
  MHA: "MHA (Multi-head Attention)",
  GQA: "GQA (Grouped-query Attention)",
  MQA: "MQA (Multi-query Attention)",
  MLA: "MLA (Multi-head Latent Attention)",
  COMPRESSED: "Compressed Sparse Attention",
  HYBRID_LINEAR: "Hybrid (Attention and Linear Attention)",
  LINEAR: "Linear Recurrence",
  HYBRID_SSM: "Hybrid (Attention and State Space)",
  SSM: "State Space Model",
  RWKV: "RWKV",
  CONVOLUTION_HYBRID: "Hybrid (Attention and Short Convolution)",
  BIDIRECTIONAL: "Bidirectional Attention",
};

const MODALITY_NAMES: Record<Modality, string> = {
  TEXT: "Text",
  IMAGE: "Image",
  AUDIO: "Audio",
  VIDEO: "Video",
  EMBEDDING: "Embedding",
  SCORE: "Score",
};

/** A mixture of experts is a model with experts; an unknown architecture is neither. */
export function architectureKind(
  row: Pick<ModelRow, "experts" | "layers">,
): "MOE" | "DENSE" | null {
  if ((row.experts ?? 0) > 0) return "MOE";
  return row.layers === null ? null : "DENSE";
}

/** Row maker: nothing when the value is unknown. */
function fact<Value>(
  key: string,
  label: string,
  value: Value | null,
  print: (value: Value) => string,
  unit: string | null = null,
): PrintedFact[] {
  return value === null ? [] : [{ key, label, value: print(value), unit }];
}

const asIs = (text: string) => text;
const SHORT = { MOE: "MoE", DENSE: "Dense" } as const;
const LONG = { MOE: "Mixture of Experts", DENSE: "Dense Transformer" } as const;

/** The few facts under a model's name. */
export function headline(row: PrintedRow): PrintedFact[] {
  return [
    ...fact("totalParameters", "Parameters", row.totalParameters, formatParameters),
    ...fact("activeParameters", "Active", row.activeParameters, formatParameters),
    ...fact("contextLength", "Max Context", row.contextLength, formatTokens, "tokens"),
    ...fact("architecture", "Architecture", architectureKind(row), (kind) => SHORT[kind]),
    ...fact("releasedOn", "Released", row.releasedOn, formatDay),
    ...fact("modality", "Modality", row.inputModalities, (kinds) =>
      kinds.map((kind) => MODALITY_NAMES[kind]).join(", "),
    ),
  ];
}

/** Models without attention are no transformers. */
function longName(kind: "MOE" | "DENSE", attention: AttentionKind | null): string {
  if (attention === "SSM") return kind === "MOE" ? "Mixture of Experts (Recurrent)" : "State Space";
  if (attention === "RWKV") return kind === "MOE" ? "Mixture of Experts (Recurrent)" : "Recurrent";
  return LONG[kind];
}

/** The table of technical specifications. */
export function specification(row: PrintedRow): PrintedFact[] {
  const kind = architectureKind(row);
  const isMoe = kind === "MOE";
  return [
    ...fact("totalParameters", "Total Parameters", row.totalParameters, formatParameters),
    ...fact(
      "activeParameters",
      "Active Parameters",
      row.activeParameters,
      formatParameters,
      "per token",
    ),
    ...fact("architecture", "Architecture", kind, (value) => longName(value, row.attentionKind)),
    ...fact("experts", "Total Experts", isMoe ? row.experts : null, formatInteger),
    ...fact(
      "activeExperts",
      "Active Experts",
      isMoe ? row.activeExperts : null,
      formatInteger,
      "per token",
    ),
    ...fact(
      "attentionKind",
      "Attention Type",
      row.attentionKind,
      (value) => ATTENTION_NAMES[value],
    ),
    ...fact("hiddenSize", "Hidden Dimension", row.hiddenSize, formatInteger),
    ...fact("layers", "Layers", row.layers, formatInteger),
    ...fact("heads", "Attention Heads", row.heads, formatInteger),
    ...fact("kvHeads", "KV Heads", row.kvHeads, formatInteger),
    ...fact("headDim", "Head Dimension", row.headDim, formatInteger),
    ...fact("activation", "Activation Function", row.activation, asIs),
    ...fact("normalization", "Normalization", row.normalization, asIs),
    ...fact("positionEmbedding", "Position Embedding", row.positionEmbedding, asIs),
  ];
}
