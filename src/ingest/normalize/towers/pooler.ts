/**
 * What encoders of the BERT line have after their layers: a pooled sentence vector, or the head of the
 * task that the class name states. Engines for embeddings leave it out, publishers' files hold it.
 */
import type { Architecture, Component } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { linear } from "./transformer.ts";

const LANGUAGE = /(ForMaskedLM|ForPreTraining|LMHeadModel|ForCausalLM)$/;
const PER_TOKEN = /(ForTokenClassification|ForQuestionAnswering)$/;

export function readPooler(
  className: string | null,
  kind: ClassTraits["pooler"],
  { hiddenSize: hidden, vocabSize, narrowEmbedding }: Architecture,
): Component[] {
  const name = className ?? "";
  if (kind === "none" || PER_TOKEN.test(name)) return [];
  const square = linear(hidden, hidden);
  const embedded = narrowEmbedding?.width ?? hidden;
  if (kind === "discriminator" && name.endsWith("ForPreTraining")) {
    return [{ kind: "other", parameters: square + linear(hidden, 1), note: "discriminator" }];
  }
  if (LANGUAGE.test(name)) {
    const parameters = linear(hidden, embedded) + 2 * embedded + vocabSize;
    return [{ kind: "other", parameters, note: "language head" }];
  }
  return kind === "discriminator" ? [] : [{ kind: "other", parameters: square, note: "pooler" }];
}
