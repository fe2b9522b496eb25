/**
 * What an estimate reads of a model's row, and how it is read. A whole memory profile has dozens of
 * formats and three engines; most estimates are of one format by llama.cpp's rules, and take from the
 * database no more than those numbers.
 */
import { baseTerms, formatTerms, readTerms } from "../db/profile-terms.ts";
import type { models } from "../db/tables.ts";
import {
  CACHE_TYPES,
  type Engine,
  isQuantization,
  type LlamaCppProfile,
  type MemoryProfile,
  QUANTIZATION_NAMES,
  type QuantizationName,
} from "../estimator/index.ts";
import { cacheTypeOf, type EstimateMethod, type SettingsInput } from "./estimate-settings.ts";
import type { WeightFormatName } from "./quantization.ts";

/** What the nominal method reads. */
const SHAPE_COLUMNS = {
  totalParameters: true,
  layers: true,
  kvHeads: true,
  headDim: true,
} as const;

/** All that an estimate of either method and any engine reads. */
export const ESTIMATE_COLUMNS = { memoryProfile: true, ...SHAPE_COLUMNS } as const;

type ModelTable = typeof models;
type Extra = (table: ModelTable) => unknown;

const formatName = (quant: QuantizationName) => `terms_${quant}`;

// One function for all uses each: the planner tells extra columns apart by identity.
const FORMAT_EXTRAS = Object.fromEntries(
  QUANTIZATION_NAMES.map((quant): [string, Extra] => [
    formatName(quant),
    (table) => formatTerms(table, quant),
  ]),
);

interface Use {
  method: EstimateMethod;
  /** llama.cpp where there is no choice. */
  engine?: Engine;
  cacheType: SettingsInput["cacheType"];
}

/** Whether the few numbers are enough: what else there is to know has to do with other settings. */
function isPlain(quants: readonly WeightFormatName[], use: Use): quants is QuantizationName[] {
  const { elements } = CACHE_TYPES[cacheTypeOf(use.cacheType)];
  return (
    (use.engine ?? "llama.cpp") === "llama.cpp" && elements === 1 && quants.every(isQuantization)
  );
}

/** Says to the types what NOMINAL reads; the names of the rest follow from the arguments. */
type Selection = { columns: typeof SHAPE_COLUMNS };

/** The columns of a field that estimates these formats; the shape is there for NOMINAL alone. */
export function estimateSelection(quants: readonly WeightFormatName[], use: Use): Selection {
  if (use.method === "NOMINAL") return { columns: SHAPE_COLUMNS };
  if (!isPlain(quants, use)) return { columns: { memoryProfile: true } } as unknown as Selection;
  const extras: Record<string, Extra> = { terms: baseTerms };
  for (const quant of quants) extras[formatName(quant)] = FORMAT_EXTRAS[formatName(quant)]!;
  return { columns: {}, extras } as unknown as Selection;
}

/** Whether a model whose memory is known may still have no estimate under these settings. */
export function mayBeUnfit({ method, cacheType }: Use): boolean {
  return method === "NOMINAL" || CACHE_TYPES[cacheTypeOf(cacheType)].elements > 1;
}

/** The columns of a field that says why there is none; under usual settings there is little to read. */
export function reasonSelection(quant: WeightFormatName, use: Use) {
  const columns = { ...SHAPE_COLUMNS, vramReason: true } as const;
  if (!mayBeUnfit(use)) return { columns: { vramReason: true } as typeof columns };
  const selection = estimateSelection([quant], use);
  return { ...selection, columns: { ...selection.columns, ...columns } };
}

/** What `estimateSelection` selected; null where the memory is unknown. */
export function selectedProfile(
  model: object,
  quants: readonly WeightFormatName[],
  use: Use,
): LlamaCppProfile | MemoryProfile | null {
  const row = model as Record<string, string | null> & { memoryProfile?: MemoryProfile | null };
  if (use.method === "NOMINAL") return null;
  if (!isPlain(quants, use)) return row.memoryProfile ?? null;
  if (row.terms == null) return null;
  return readTerms(
    row.terms,
    Object.fromEntries(quants.map((quant) => [quant, row[formatName(quant)]])),
  );
}
