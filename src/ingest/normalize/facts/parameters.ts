/**
 * Parameter counts of a model and the check against what its file headers state. The stated total
 * often differs for a good reason (prediction layers, a stored copy of a tied head, packed four-bit
 * weights); only what no reason explains becomes an issue, with both figures.
 */

import type { ModelFacts, WeightFormat } from "../../../db/facts.ts";
import type { Architecture } from "../../../estimator/architecture.ts";
import { countParameters } from "../../../estimator/index.ts";
import type { ReadingLog } from "../log.ts";

const CLOSE = 0.005;
const FLAGGED = 0.02;

export function parameterFacts(architecture: Architecture): Partial<ModelFacts> {
  const counts = countParameters(architecture);
  const beside = Object.entries(counts.components).filter(([kind]) => kind !== "mtp");
  const extra = beside.reduce((sum, [, parameters]) => sum + parameters, 0);
  return {
    totalParameters: counts.total + extra,
    activeParameters: counts.active + extra,
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
  const total = facts.totalParameters ?? 0;
  const mtp = facts.componentParameters?.mtp ?? 0;
  const context = architecture.learnedPositions;
  const masks = (facts.layers ?? 0) * context * context;
  const head = architecture.tiedEmbeddings ? architecture.hiddenSize * architecture.vocabSize : 0;
  const reasons: [string, number][] = [
    ["the parameters agree", total],
    ["the files hold extra prediction layers", total + mtp],
    ["the files hold a copy of the tied output head", total + head],
    ["the files hold a copy of the tied output head and prediction layers", total + mtp + head],
    ["the files hold the causal mask of every layer", total + masks],
  ];
  for (const [explanation, expected] of reasons) {
    if (Math.abs(stated / expected - 1) <= CLOSE) return { explanation, expected };
  }
  if (isPacked(facts.weightFormat ?? null) && stated < 1.1 * total) {
    return { explanation: "the headers count packed weights and scales", expected: total };
  }
  return { explanation: null, expected: total };
}

export function checkTotal(
  architecture: Architecture,
  facts: Partial<ModelFacts>,
  log: ReadingLog,
): void {
  const stated = facts.statedParameters ?? null;
  const uncounted = architecture.components.filter(({ parameters }) => parameters === null);
  if (stated === null || stated <= 0) {
    if (uncounted.length === 0) return;
    const parts = uncounted.map(({ kind, note }) => note ?? kind).join(", ");
    log.issue(
      "UNCOUNTED_PART",
      "totalParameters",
      `The total leaves out ${parts}: the config does not say enough to count it.`,
    );
    return;
  }
  const { explanation, expected } = explainTotal(architecture, facts, stated);
  if (explanation !== null || Math.abs(stated / expected - 1) <= FLAGGED) return;
  // A tower that no config describes completely leaves a rest that only the headers know.
  if (uncounted.length > 0 && stated > expected) return;
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
