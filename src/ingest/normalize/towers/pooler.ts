/**
 * What encoders of the BERT line have after their layers: a pooled sentence vector, or the head of the
 * task that the class name states. Engines for embeddings leave it out, publishers' files hold it.
 */
import type { Component } from "../../../estimator/architecture.ts";
import { linear } from "./transformer.ts";

const LANGUAGE = /(ForMaskedLM|ForPreTraining|LMHeadModel|ForCausalLM)$/;
const PER_TOKEN = /(ForTokenClassification|ForQuestionAnswering)$/;

export function readPooler(className: string | null, hidden: number, vocab: number): Component[] {
  const name = className ?? "";
  if (PER_TOKEN.test(name)) return [];
  const square = linear(hidden, hidden);
  return LANGUAGE.test(name)
    ? [{ kind: "other", parameters: square + 2 * hidden + vocab, note: "language head" }]
    : [{ kind: "other", parameters: square, note: "pooler" }];
}
