/** Cases of measured rows: a Hugging Face config, settings, a quantity and bytes. */
import {
  compile,
  downloadBytes,
  type EstimateSettings,
  EstimatorError,
  evaluate,
  type FileSizes,
  GIB,
  type MemoryEstimate,
  type MemoryProfile,
} from "../../src/estimator/index.ts";
import { normalizeConfig } from "../../src/ingest/normalize/index.ts";
import { once } from "./allocations.ts";
import { type Case, score } from "./case.ts";

interface Row {
  id: string;
  model?: string;
  config: unknown;
  engine?: string;
  quant?: string | null;
  ctx?: number | null;
  n_seq?: number | null;
  cache_type_k?: string | null;
  cache_type_v?: string | null;
  flash_attn?: boolean | null;
  swa_full?: boolean | null;
  quantity: string;
  bytes: number;
  count?: number;
  note?: string;
  backend?: string;
  placement?: string;
  ubatch?: number;
  n_outputs?: number;
  kv_unified?: boolean;
  imatrix?: number;
}

interface Answer {
  got: number;
  low?: number;
  high?: number;
}

export function* measuredCases(text: string): Generator<Case> {
  const profiles = new Map<string, () => MemoryProfile>();
  for (const [number, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    let row: Row;
    try {
      row = JSON.parse(line) as Row;
    } catch {
      yield score(`line ${number + 1}`, "unknown", null, () => {
        throw new Error("not a JSON line");
      });
      continue;
    }
    const key = JSON.stringify(row.config);
    if (!profiles.has(key))
      profiles.set(
        key,
        once(() => profileOf(row)),
      );
    const profile = profiles.get(key)!;
    const expected = row.quantity === "params" ? (row.count ?? row.bytes / 2) : row.bytes;
    yield score(row.id, row.quantity, expected, () => answer(row, profile()));
  }
}

function profileOf(row: Row): MemoryProfile {
  const reading = normalizeConfig({ id: row.model ?? null, config: row.config });
  const architecture = reading.facts.architecture;
  if (!architecture) throw new Error(reading.reason ?? "the config is not understood");
  return compile(architecture);
}

function answer(row: Row, profile: MemoryProfile): Answer {
  switch (row.quantity) {
    case "params":
      return { got: profile.parameters?.total ?? missing("parameters") };
    case "weights":
      return { got: weightBytes(row, profile) };
    case "file": {
      const { low, central, high } = downloadBytes(profile, sizesOf(row, profile));
      return { got: central, low, high };
    }
    case "kv":
      return { got: estimate(row, profile).kvCacheBytes };
    case "recurrent":
      return { got: estimate(row, profile).recurrentStateBytes };
    case "compute": {
      const { computeBytes, computeLowBytes, computeHighBytes } = estimate(row, profile);
      return { got: computeBytes, low: computeLowBytes, high: computeHighBytes };
    }
    case "total": {
      const { totalBytes, lowBytes, highBytes } = estimate(row, profile);
      return { got: totalBytes, low: lowBytes, high: highBytes };
    }
    default:
      throw new Error(`the quantity ${row.quantity} is not known`);
  }
}

function missing(what: string): never {
  throw new Error(`the config does not give ${what}`);
}

/** A quantization by the name of its row; a publisher's own format has a name of its own here. */
function quantOf(row: Row): string {
  const quant = row.quant ?? "F16";
  return quant.startsWith("native (MXFP4 experts") ? "MXFP4_BF16" : quant;
}

function sizesOf(row: Row, profile: MemoryProfile): FileSizes {
  const weights = profile.weights[quantOf(row)];
  if (weights === undefined) throw new EstimatorError("UNKNOWN_FORMAT", "quant", `no ${row.quant}`);
  return row.imatrix === 1 && weights.imatrix ? weights.imatrix : weights;
}

function weightBytes(row: Row, profile: MemoryProfile): number {
  const sizes = sizesOf(row, profile);
  if (row.backend === "gpu" || row.placement === "device") return sizes.deviceBytes;
  if (row.placement === "resident") return sizes.cpuBytes;
  const withMtp = /-mtp:/.test(row.id) || /includes the MTP/.test(row.note ?? "");
  return sizes.bytes + (withMtp ? sizes.mtpBytes : 0);
}

function estimate(row: Row, profile: MemoryProfile): MemoryEstimate {
  const settings: EstimateSettings = {
    quant: quantOf(row),
    contextTokens: row.ctx ?? 4096,
    sequences: row.n_seq ?? 1,
    flashAttention: row.flash_attn ?? true,
    swaFull: row.swa_full ?? false,
    kvUnified: row.kv_unified ?? false,
    ubatch: row.ubatch ?? 512,
    outputRows: row.n_outputs ?? null,
    imatrix: row.imatrix === 1,
    // The rows hold no driver context.
    runtimeBytes: 0,
    device: row.backend === "cpu" ? "cpu" : "gpu",
    // The software device of the measurements has buffers of at most 1 GiB.
    ...(row.backend === "gpu" ? { bufferLimitBytes: GIB } : {}),
    engine: row.engine?.startsWith("transformers") ? "transformers" : "llama.cpp",
  };
  if (row.cache_type_k) settings.cacheTypeK = row.cache_type_k;
  if (row.cache_type_v) settings.cacheTypeV = row.cache_type_v;
  return evaluate(profile, settings);
}
