/**
 * Published file sizes beside our estimates. The error is the distance from the estimate to the nearest
 * size that the source's text can mean: zero inside the rounding, and for exact sources the plain error.
 */
import { downloadBytes, type FileSizes, isQuantization } from "../../src/estimator/index.ts";
import { type CorpusModel, corpusIds, corpusModel, variantProfile } from "./corpus.ts";
import { exactSizes } from "./exact-sizes.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { librarySizes, modelCardSizes } from "./library-sizes.ts";
import type { PublishedSize } from "./published.ts";
import { repositorySizes } from "./repository-sizes.ts";

export interface ComparedSize extends PublishedSize {
  family: string;
  /** Null for a standard file. */
  exception: string | null;
  estimate: number | null;
  /** Null without an estimate. */
  error: number | null;
}

export function comparedSizes(): ComparedSize[] {
  const files = [...exactSizes(), ...repositorySizes(corpusIds()), ...librarySizes()];
  return [...files, ...modelCardSizes()].map(compared);
}

function compared(published: PublishedSize): ComparedSize {
  const model = corpusModel(published.model);
  if (model === null) {
    const exception = "the config's class is not known to the normaliser";
    return { ...published, family: "unknown", exception, estimate: null, error: null };
  }
  const file = { ...published, quant: heldQuant(published, model) };
  const found = EXCEPTIONS.find(({ applies }) => applies(file, model));
  const { vocabSize } = file;
  const profile = variantProfile(model, { vocabSize, copiesHead: found?.copiesHead });
  const weights = isQuantization(file.quant) ? profile.weights[file.quant] : undefined;
  const family = model.architecture.ggufArchitecture ?? "none";
  const exception = found?.reason ?? null;
  if (weights === undefined) return { ...file, family, exception, estimate: null, error: null };
  const sizes: FileSizes = (file.imatrix && weights.imatrix) || weights;
  const text = file.tensorsOnly ? sizes.bytes : downloadBytes(profile, sizes).central;
  const estimate = text + (found?.withTowers ? towerBytes(model) : 0);
  return { ...file, family, exception, estimate, error: distance(estimate, file) };
}

/** The converter keeps published MXFP4 experts, so a 16-bit file of such a model holds them still. */
function heldQuant({ quant }: PublishedSize, { architecture }: CorpusModel): string {
  const kept = architecture.ggufArchitecture === "gpt-oss" && /^B?F16$/.test(quant);
  return kept ? "MXFP4_BF16" : quant;
}

/** Bytes of the towers beside the text model in 16 bits. */
export function towerBytes({ profile }: CorpusModel): number {
  const towers = Object.entries(profile.parameters?.components ?? {});
  return towers.reduce((sum, [kind, count]) => (kind === "mtp" ? sum : sum + 2 * count), 0);
}

/** Relative distance of a value from an interval; zero inside. */
export function distance(value: number, { low, high }: { low: number; high: number }): number {
  if (value < low) return (value - low) / low;
  return value > high ? (value - high) / high : 0;
}
