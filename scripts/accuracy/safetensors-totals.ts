/**
 * Parameter totals as scrapes of safetensors headers give them, beside our count of the text model, its
 * towers and its prediction layers. What a total counts twice, or not at all, is known per checkpoint.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ParameterCounts } from "../../src/estimator/index.ts";
import { type CorpusModel, corpusModel } from "./corpus.ts";
import type { ComparedCheckpoint } from "./mlx-sizes.ts";
import { sharedDir } from "./shared.ts";

interface Fact {
  id: string;
  in_config_corpus?: boolean;
  params_total?: number;
  params_source?: string;
  params_check?: string;
}

/** Reasons by id, where the scrape itself does not tell. */
const REASONS: [id: RegExp, reason: string][] = [
  [/NVFP4|DeepSeek-V4-Flash$/, "packed 4-bit weights counted as bytes"],
  [
    /FP8|DeepSeek-(R1|V3)|Kimi-K2|MiniMax-M2/,
    "scales of 8-bit and 4-bit weights counted as parameters",
  ],
  [/gpt2/, "the checkpoint stores the causal masks"],
  [
    /Nemotron-H-56B|Nemotron-3-Nano-4B|Qwen3-Next-80B-A3B-Thinking|Mistral-Nemo|WizardCoder|Qwen-VL-Chat/,
    "the scrape's own formula, not a header (other checkpoints of the same shape differ)",
  ],
  [/gemma-4-E[24]B/, "an audio tower whose size the config does not give"],
  [
    /Maverick-17B-128E-Instruct$|VL-235B-A22B-Thinking/,
    "the config in the corpus lacks part of the tower",
  ],
  [/MiMo-V2-Flash/, "prediction layers that the config does not mention"],
  [/Kimi-K3/, "the config in the corpus is unconfirmed"],
];

/** The config states prediction layers that the checkpoint leaves out. */
const WITHOUT_MTP = /^MiniMaxAI\/MiniMax-M2/;
/** Tied models whose checkpoint stores the head all the same. */
const COPIES = /gemma-4-26B-A4B$|Qwen1\.5-(0\.5|1\.8)B|Qwen3-(0\.6|1\.7)B$|falcon-7b/;

export function safetensorsTotals(): ComparedCheckpoint[] {
  const text = readFileSync(join(sharedDir ?? "", "upstream", "facts.jsonl"), "utf8");
  return text.split("\n").flatMap((line) => {
    const fact = line === "" ? null : (JSON.parse(line) as Fact);
    if (!fact?.in_config_corpus || fact.params_total === undefined) return [];
    const model = corpusModel(fact.id);
    const counts = model?.profile.parameters;
    if (!model || !counts) return [];
    const measured = fact.params_total;
    const estimate = stored(model, counts);
    const error = (estimate - measured) / measured;
    return { name: fact.id, measured, estimate, error, exception: reasonOf(fact) };
  });
}

function stored({ id, architecture }: CorpusModel, counts: ParameterCounts): number {
  const mtp = WITHOUT_MTP.test(id) ? (counts.components.mtp ?? 0) : 0;
  const beside = Object.values(counts.components).reduce((sum, count) => sum + count, -mtp);
  const head = architecture.hiddenSize * architecture.vocabSize;
  return counts.total + beside + (COPIES.test(id) && architecture.tiedEmbeddings ? head : 0);
}

function reasonOf({ id, params_source = "", params_check = "", params_total = 0 }: Fact) {
  if (params_source.includes("NOT exact") || params_total % 1e6 === 0) return "a rounded figure";
  if (/SUSPECT|scraper's own/.test(params_check))
    return "the scrape's own formula, not a header (other checkpoints of the same shape differ)";
  return REASONS.find(([pattern]) => pattern.test(id))?.[1] ?? null;
}
