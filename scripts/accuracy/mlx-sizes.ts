/**
 * Sizes of MLX repositories. The text model is packed at 4 or 8 bits with groups of 64, or kept in 16;
 * a tower beside it keeps 16 bits. Prediction layers are left out by the converter.
 */
import { type CorpusModel, corpusIds, corpusModel } from "./corpus.ts";
import { towerBytes } from "./file-sizes.ts";
import { upstream } from "./shared.ts";

export interface ComparedCheckpoint {
  name: string;
  measured: number;
  estimate: number;
  error: number;
  exception: string | null;
}

const BF16 = 2;
const FORMATS: [end: RegExp, format: string | null][] = [
  [/-4bits?$/i, "MLX_4BIT"],
  [/-8bit$/i, "MLX_8BIT"],
  [/-(bf|fp)16$/i, null],
];

const TYPED_IN = "a figure in whole KiB, MiB or GiB: typed in from a rounded text";

/** Repositories that do not pack as the rest, by name. */
const RECIPES: [start: RegExp, reason: string][] = [
  [/DeepSeek-V3\.2-8bit$/, "groups of 32"],
  // Not whole MiB, but 4.6% above its tensors as the figures of its sisters are.
  [/Qwen3-Next-80B-A3B-Thinking-4bit$/, TYPED_IN],
  [/gemma-4-26b-a4b-it-4bit$/, "some matrices at 8 bits"],
  [/gemma-4-e[24]b/, "an audio tower whose size the config does not give"],
];

const MIB = 2 ** 20;

/** Figures that are whole MiB or tens of megabytes were typed in from a rounded text. */
function isRounded(bytes: number): boolean {
  return bytes % MIB === 0 || bytes % 1e7 === 0;
}

function bareName(id: string): string {
  const name = id.slice(id.indexOf("/") + 1).toLowerCase();
  return name.replace(/^meta-/, "").replace(/-(mlx)?(-bf16)?$/, "");
}

/** Repositories of a model in the corpus and a format that we know, and how many others there are. */
export function mlxSizes(): { compared: ComparedCheckpoint[]; skipped: number } {
  const { models } = upstream<{ models: Record<string, { bytes: number }> }>(
    "mlx_storage_bytes.json",
  );
  const byName = new Map(corpusIds().map((id) => [bareName(id), id]));
  // The corpus holds these under the name of the base or instruction model alone.
  byName.set("gemma-4-26b-a4b-it", "google/gemma-4-26B-A4B");
  byName.set("llama-3.3-70b-instruct", "meta-llama/Llama-3.3-70B-Instruct");
  const compared: ComparedCheckpoint[] = [];
  for (const [name, { bytes }] of Object.entries(models)) {
    const found = FORMATS.find(([end]) => end.test(name));
    const stem = found === undefined ? "" : bareName(name.replace(found[0], ""));
    const model = corpusModel(byName.get(stem) ?? "");
    if (found === undefined || model === null) continue;
    const estimate = checkpointBytes(model, found[1]);
    const recipe = RECIPES.find(([start]) => start.test(name))?.[1];
    const exception = isRounded(bytes) ? TYPED_IN : (recipe ?? null);
    const error = (estimate - bytes) / bytes;
    compared.push({ name, measured: bytes, estimate, error, exception });
  }
  return { compared, skipped: Object.keys(models).length - compared.length };
}

function checkpointBytes(model: CorpusModel, format: string | null): number {
  const { profile } = model;
  const total = profile.parameters?.total ?? 0;
  const text = format === null ? total * BF16 : (profile.weights[format]?.bytes ?? 0);
  return text + towerBytes(model);
}
