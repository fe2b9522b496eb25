/**
 * One published file size: who says it, which file, which config describes that model, and the bytes
 * that the text can mean. "4.9GB" means anything that rounds to it, so every size is an interval.
 */
import { GB, GIB, MIB } from "../../src/estimator/index.ts";

export interface PublishedSize {
  /** The table it comes from. */
  source: string;
  /** What the table calls the file. */
  name: string;
  /** Who made the file: an owner of repositories, or the library. */
  publisher: string;
  /** Id of the config that describes the model. */
  model: string;
  /** A mixture of ours, or the publisher's own word for another recipe. */
  quant: string;
  low: number;
  high: number;
  /** Made with an importance matrix, which some mixtures ask about. */
  imatrix: boolean;
  /** The size counts tensors and no header. */
  tensorsOnly?: boolean;
  /** Vocabulary of a fine-tune that added tokens, as commonly stated; its config is not at hand. */
  vocabSize?: number;
}

const UNITS: Record<string, number> = { GB, MB: 1e6, GiB: GIB, MiB: MIB };

/** Reads "4.9GB" as the interval of sizes that are printed so; null when it is no size. */
export function roundedSize(text: string, units = UNITS): [low: number, high: number] | null {
  const [, digits, decimals = "", unit] = /^(\d+)(?:\.(\d+))?\s*([A-Za-z]+)$/.exec(text) ?? [];
  const scale = units[unit ?? ""];
  if (digits === undefined || scale === undefined) return null;
  const value = Number(`${digits}.${decimals || 0}`);
  const half = 10 ** -decimals.length / 2;
  return [Math.round((value - half) * scale), Math.round((value + half) * scale)];
}

/** Names of quantizations are written in any case; 16 bits and the MXFP4 mixture in several ways. */
export function canonicalQuant(text: string): string {
  const upper = text.toUpperCase();
  return { FP16: "F16", MXFP4: "MXFP4_MOE" }[upper] ?? upper;
}
