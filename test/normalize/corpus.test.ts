/**
 * The whole corpus of real configs: every one ends as a model or a stated refusal, and figures agree
 * with independent sources. Skipped where the corpus is absent.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainTotal } from "../../src/ingest/normalize/facts/parameters.ts";
import {
  normalizeConfig,
  parseConfigText,
  type Reading,
} from "../../src/ingest/normalize/index.ts";
import { sharedDir } from "../helpers/shared.ts";

type Row = Record<string, never> & { id: string };

const root = sharedDir ?? "";
const upstream = join(root, "upstream");

function rows(...path: string[]): Row[] {
  return readFileSync(join(root, ...path), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

interface Measured {
  model: string;
  arch: string;
  config: unknown;
  quantity: string;
  count?: number;
  gguf_elements?: number;
}

/** One measured row per model, of one quantity where it matters. */
function measuredModels(quantity?: string): Measured[] {
  const all = rows("oracle", "measured-dev.jsonl") as unknown as Measured[];
  const wanted = all.filter((row) => quantity === undefined || row.quantity === quantity);
  return [...new Map(wanted.map((row) => [row.model, row])).values()];
}

function readCorpus(): Map<string, Reading> {
  const folder = join(upstream, "huggingface");
  const readings = new Map<string, Reading>();
  for (const name of readdirSync(folder)) {
    const id = name.replace("__", "/");
    const config = parseConfigText(readFileSync(join(folder, name, "config.json")));
    const quantFile = join(folder, name, "hf_quant_config.json");
    const hfQuantConfig = existsSync(quantFile)
      ? parseConfigText(readFileSync(quantFile))
      : undefined;
    readings.set(id, normalizeConfig({ id, config, files: { hfQuantConfig } }));
  }
  return readings;
}

/** Where the prototype's table says something else, and why it is not right. */
const ARGUED: readonly [pattern: RegExp, field: string, why: string][] = [
  [
    /DeepSeek|Kimi|GLM-(5|4\.7-Flash)/,
    "head_dim",
    "latent heads are nope + rope wide, not hidden / heads",
  ],
  [/CodeFuse/, "max_pos", "max_position_embeddings 6144 is stated beside seq_length 2048"],
  [/Nemotron-Super-49B/, "kv_heads", "every block has eight query heads per key head, 64 / 8"],
  [/sentence-t5-xxl/, "head_dim", "d_kv is stated: 128"],
];

/** Stated totals that are no count of this model's weights, and why. */
const WRONG_TOTALS: Readonly<Record<string, string>> = {
  "Qwen/Qwen-VL-Chat": "smaller than text model and the stated tower together",
  "Qwen/Qwen3-Next-80B-A3B-Thinking": "a collector's estimate without norms",
  "google/gemma-4-E4B-it": "this copy leaves the vision section out",
  "microsoft/Phi-4-mini-reasoning": "a rounded label: 3.8 B",
  "mistralai/Mistral-Small-24B-Instruct-2501": "a rounded label: 24 B",
  "moonshotai/Kimi-K2-Thinking": "counts the scales; this copy leaves the quantization out",
  "nvidia/DeepSeek-V3-0324-NVFP4": "counts packed weights; this copy leaves the quantization out",
  "nvidia/Qwen3-30B-A3B-NVFP4": "counts packed weights; this copy leaves the quantization out",
  "nvidia/NVIDIA-Nemotron-3-Nano-4B-BF16": "5.4 B for a model of 4 B",
  "nvidia/Nemotron-H-56B-Base-8K": "96 B for a model of 56 B",
};

describe.skipIf(sharedDir === null)("the corpus", () => {
  const readings = sharedDir === null ? new Map<string, Reading>() : readCorpus();

  it("ends as models or stated refusals, at least 95% of them as models", () => {
    const models = [...readings.values()].filter(({ outcome }) => outcome === "model");
    const others = [...readings].filter(([, { outcome }]) => outcome !== "model");
    expect(others.map(([id, { reason }]) => [id, reason])).toEqual([
      ["CohereForAI/c4ai-command-r-plus", "The config does not say intermediate_size."],
    ]);
    expect(models.length / readings.size).toBeGreaterThan(0.95);
  });

  it("agrees with the prototype's table, or the difference is argued", () => {
    const fields = [
      ["layers", "layers"],
      ["hidden", "hiddenSize"],
      ["heads", "heads"],
      ["kv_heads", "kvHeads"],
      ["head_dim", "headDim"],
      ["max_pos", "contextLength"],
      ["vocab", "vocabSize"],
      ["tie", "tiedEmbeddings"],
    ] as const;
    const differences: string[] = [];
    for (const golden of rows("upstream", "normalised.jsonl")) {
      const facts = readings.get(golden.id)?.facts;
      if (facts?.architecture == null) continue;
      for (const [theirs, ours] of fields) {
        const expected: unknown = golden[theirs];
        if (expected == null || expected === facts[ours]) continue;
        const argued = ARGUED.some(
          ([pattern, field]) => field === theirs && pattern.test(golden.id),
        );
        if (!argued)
          differences.push(
            `${golden.id}: ${ours} ${String(facts[ours])}, theirs ${String(expected)}`,
          );
      }
    }
    expect(differences).toEqual([]);
  });

  it("explains every stated parameter total within 0.5%, or the source is wrong", () => {
    const unexplained = rows("upstream", "facts.jsonl")
      .filter(({ id, params_total }) => readings.has(id) && params_total != null)
      .filter(({ id, params_total }) => {
        const { facts } = readings.get(id)!;
        if (facts.architecture == null) return false;
        return explainTotal(facts.architecture, facts, Number(params_total)).explanation === null;
      })
      .map(({ id }) => id);
    expect(unexplained.sort()).toEqual(Object.keys(WRONG_TOTALS).sort());
  });

  it("has the parameters that the library itself counts, to the last one", () => {
    const wrong = measuredModels("params").flatMap(({ model, config, count, gguf_elements }) => {
      const total = normalizeConfig({ id: model, config }).facts.componentParameters?.text;
      return total === count || total === gguf_elements ? [] : [`${model}: ${total}, not ${count}`];
    });
    expect(wrong).toEqual([]);
  });

  it("is converted under the names that the converter writes", () => {
    const wrong = measuredModels().flatMap(({ model, config, arch }) => {
      const name = normalizeConfig({ id: model, config }).facts.architecture?.ggufArchitecture;
      return name === arch ? [] : [`${model}: ${name}, not ${arch}`];
    });
    expect(wrong).toEqual([]);
  });
});
