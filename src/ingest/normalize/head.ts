/**
 * What stands at the end of a model. A class for generation ends in a head over the vocabulary; the bare
 * model of the same class (E5, embedding models made of decoders) has none, and a classifier or reward
 * model scores with a small matrix instead. The name in `architectures` says which one the files hold.
 */
import type { Component } from "../../estimator/architecture.ts";
import { type ConfigReader, isRecord } from "./reader.ts";
import type { Sections } from "./sections.ts";
import { linear } from "./towers/transformer.ts";

export interface Ending {
  /** The files hold a head over the vocabulary. */
  languageHead: boolean;
  components: Component[];
}

const SCORES = /For(SequenceClassification|TokenClassification|RewardModel|ProcessRewardModel)$/;
/** Qwen's reward models score in two steps. */
const TWO_STEPS = /^Qwen\d?For(Process)?RewardModel$/;
const BARE = /(?<!LMHead)Model$/;

/** `generates`: the class has a language head unless its name says otherwise. */
export function readEnding(
  reader: ConfigReader,
  sections: Sections,
  generates: boolean,
  hidden: number,
): Ending {
  const name = sections.path === "" ? sections.architectureName : null;
  if (!generates || name === null) return { languageHead: generates, components: [] };
  if (SCORES.test(name)) {
    const labels = countLabels(reader);
    const parameters = TWO_STEPS.test(name)
      ? linear(hidden, hidden) + linear(hidden, labels)
      : labels * hidden;
    return {
      languageHead: false,
      components: [{ kind: "other", parameters, note: "classification head" }],
    };
  }
  const isBare = BARE.test(name) && sections.modelClass?.architectures.includes(name) !== true;
  return { languageHead: !isBare, components: [] };
}

/** The library's configuration has two labels unless the file names them. */
function countLabels(reader: ConfigReader): number {
  const names = reader.find(["id2label"], "labels")?.value;
  if (isRecord(names)) return Math.max(1, Object.keys(names).length);
  return Math.round(reader.real(["num_labels"], "labels") ?? 2);
}
