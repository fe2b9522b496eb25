/**
 * Parameter counts of a model and the check against what its file headers state. The stated total
 * often differs for a good reason (prediction layers, a stored copy of a tied head, packed four-bit
 * weights); only what no reason explains becomes an issue, with both figures.
 */

import type { ModelFacts, WeightFormat } from "../../../db/facts.ts";
import type { Architecture } from "../../../estimator/architecture.ts";
import { countParameters } from "../../../estimator/index.ts";
import type { ReadingLog } from "../log.ts";
import type { Findings } from "./findings.ts";

const CLOSE = 0.005;
const FLAGGED = 0.02;

/** Parameters of the text model and of the parts beside it that could be counted. */
function counted(architecture: Architecture) {
  const counts = countParameters(architecture);
  const beside = Object.entries(counts.components).filter(([kind]) => kind !== "mtp");
  const extra = beside.reduce((sum, [, parameters]) => sum + parameters, 0);
  return { counts, total: counts.total + extra };
}

function uncountedParts({ components }: Architecture): string[] {
  return components
    .filter((part) => part.parameters === null)
    .map(({ kind, note }) => note ?? kind);
}

/**
 * A total that leaves a part out would be a wrong one, so it stays unknown then. Publishers of a mixture
 * of experts call active what one token of text visits, without the towers for images and sound; a
 * dense model is active as a whole, as far as it could be counted.
 */
export function parameterFacts(architecture: Architecture): Partial<ModelFacts> {
  const { counts, total } = counted(architecture);
  const isWhole = uncountedParts(architecture).length === 0;
  const isSparse = counts.active < counts.total;
  return {
    ...(isWhole && { totalParameters: total }),
    activeParameters: isWhole && !isSparse ? total : counts.active,
    componentParameters: {
      text: counts.total,
      embedding: counts.embedding,
      ...counts.components,
    },
  };
}

export interface Check {
  /** What makes both figures agree, in words; null when nothing does. */
  explanation: string | null;
  expected: number;
}

/** Compares the stated total with ours, trying the known reasons for a difference in turn. */
export function explainTotal(
  architecture: Architecture,
  facts: Partial<ModelFacts>,
  stated: number,
): Check {
  const { counts, total } = counted(architecture);
  const mtp = counts.components.mtp ?? 0;
  const context = architecture.learnedPositions;
  const masks = (facts.layers ?? 0) * context * context;
  const head = architecture.tiedEmbeddings ? architecture.hiddenSize * architecture.vocabSize : 0;
  const unread = sharedProjections(architecture);
  const reasons: [string, number][] = [
    ["the parameters agree", total],
    ["the files hold extra prediction layers", total + mtp],
    ["the files hold a copy of the tied output head", total + head],
    ["the files hold a copy of the tied output head and prediction layers", total + mtp + head],
    ["the files hold the causal mask of every layer", total + masks],
    ["the files hold keys and values of layers that share a cache", total + unread],
  ];
  for (const [explanation, expected] of reasons) {
    if (Math.abs(stated / expected - 1) <= CLOSE) return { explanation, expected };
  }
  if (isPacked(facts.weightFormat ?? null) && stated < 1.1 * total) {
    return { explanation: "the headers count packed weights and scales", expected: total };
  }
  return { explanation: null, expected: total };
}

/** Gemma's files keep the projections of layers that read another layer's cache. */
function sharedProjections({ layers, hiddenSize }: Architecture): number {
  let elements = 0;
  for (const { count, mixer } of layers) {
    if (mixer.kind !== "attention" || mixer.cache !== "shared") continue;
    elements += count * hiddenSize * mixer.kvHeads * (mixer.keyDim + mixer.valueDim);
  }
  return elements;
}

export function checkTotal(architecture: Architecture, found: Findings, log: ReadingLog): void {
  const { facts } = found;
  const stated = facts.statedParameters ?? null;
  const uncounted = uncountedParts(architecture);
  const { explanation, expected } = explainTotal(architecture, facts, stated ?? 0);
  if (uncounted.length > 0) {
    // A tower that no config describes completely leaves a rest that only the headers know.
    if (stated !== null && stated >= expected && !isPacked(facts.weightFormat ?? null)) {
      const origin = found.origins.statedParameters;
      if (origin !== undefined) found.add("totalParameters", stated, origin);
      return;
    }
    log.issue(
      "UNCOUNTED_PART",
      "totalParameters",
      `The total is unknown, because the config does not say enough to count ${uncounted.join(", ")}.`,
    );
    return;
  }
  if (stated === null || stated <= 0 || explanation !== null) return;
  if (Math.abs(stated / expected - 1) <= FLAGGED) return;
  log.issue(
    "PARAMETER_MISMATCH",
    "totalParameters",
    `The file headers state ${stated} parameters; the config gives ${expected}.`,
  );
}

/** Headers of four-bit files count two or eight weights as one, and scales as weights. */
function isPacked(format: WeightFormat | null): boolean {
  return format?.bitsPerWeight != null && format.bitsPerWeight < 7.9;
}
