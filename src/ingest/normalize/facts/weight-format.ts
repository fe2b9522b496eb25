/**
 * How the published weights are stored: the type of the plain weights, and the quantization method
 * with its mean bits per quantized weight, scales included.
 */
import type { WeightFormat } from "../../../db/facts.ts";
import { isRecord, type Json } from "../reader.ts";
import type { Sections } from "../sections.ts";

const PLAIN_TYPES: Readonly<Record<string, [format: string, bits: number]>> = {
  bfloat16: ["bf16", 16],
  float16: ["f16", 16],
  half: ["f16", 16],
  float32: ["f32", 32],
  float: ["f32", 32],
  float8_e4m3fn: ["fp8", 8],
};

const QUANTIZATIONS = ["quantization_config", "compression_config", "quantization"];

export interface FormatReading {
  format: WeightFormat;
  file: string;
  key: string;
}

export function readWeightFormat(sections: Sections, hfQuantConfig: unknown): FormatReading | null {
  for (const [section, prefix] of [
    [sections.text, sections.path === "" ? "" : `${sections.path}.`],
    [sections.top, ""],
  ] as const) {
    for (const key of QUANTIZATIONS) {
      const value = section[key];
      if (isRecord(value) && Object.keys(value).length > 0) {
        const format = quantized(value, sections);
        return { format, file: "config.json", key: prefix + key };
      }
    }
  }
  if (isRecord(hfQuantConfig) && isRecord(hfQuantConfig.quantization)) {
    const format = quantized({ quant_method: "modelopt", ...hfQuantConfig.quantization }, sections);
    return { format, file: "hf_quant_config.json", key: "quantization" };
  }
  return plain(sections);
}

function plain(sections: Sections): FormatReading | null {
  for (const section of [sections.text, sections.top]) {
    for (const key of ["dtype", "torch_dtype"]) {
      const stated = section[key];
      if (typeof stated !== "string") continue;
      const known = PLAIN_TYPES[stated.replace(/^torch\./, "")];
      if (known === undefined) continue;
      const format = { format: known[0], method: null, bitsPerWeight: known[1] };
      return { format, file: "config.json", key };
    }
  }
  return null;
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}

function quantized(config: Json, sections: Sections): WeightFormat {
  const method = typeof config.quant_method === "string" ? config.quant_method : null;
  const name =
    `${method ?? ""} ${String(config.quant_algo ?? "")} ${String(config.format ?? "")}`.toLowerCase();
  const of = (format: string, bitsPerWeight: number | null): WeightFormat => ({
    format,
    method: method ?? (isMlx(config) ? "mlx" : null),
    bitsPerWeight,
  });
  if (sections.top.expert_dtype === "fp4") return of("mxfp4", 4.25);
  if (name.includes("nvfp4")) return of("nvfp4", 4.5);
  if (name.includes("mxfp4")) return of("mxfp4", 4.25);
  if (name.includes("mixed")) return of("other", null);
  if (name.includes("bitnet")) return of("bitnet", 2);
  if (/fp8|float-quantized/.test(name)) return of("fp8", fp8Bits(config));
  if (method === "gptq" || method === "awq") {
    return of(method, grouped(number(config.bits) ?? 4, number(config.group_size) ?? 128, 20));
  }
  if (method === "bitsandbytes") {
    if (config.load_in_8bit === true) return of("int8", 8);
    return of("nf4", config.bnb_4bit_use_double_quant === true ? 4.127 : 4.5);
  }
  if (isMlx(config)) {
    return of("mlx", grouped(number(config.bits) ?? 4, number(config.group_size) ?? 64, 32));
  }
  return fromGroups(config, of) ?? fromBits(config, of);
}

/** MLX writes a bare `quantization` object of group size and bits, without a method. */
function isMlx(config: Json): boolean {
  return (
    config.quant_method === undefined &&
    number(config.bits) !== null &&
    number(config.group_size) !== null
  );
}

function grouped(bits: number, groupSize: number, extraBits: number): number {
  return groupSize > 0 ? bits + extraBits / groupSize : bits;
}

/** One 32-bit scale per block of 128 by 128 adds two thousandths of a bit. */
function fp8Bits(config: Json): number {
  const block = config.weight_block_size;
  if (!Array.isArray(block)) return 8;
  const [rows, columns] = block.map(number);
  return rows && columns ? 8 + 32 / (rows * columns) : 8;
}

type Make = (format: string, bits: number | null) => WeightFormat;

/** compressed-tensors: bits, group size and kind of the first group of weights. */
function fromGroups(config: Json, of: Make): WeightFormat | null {
  if (!isRecord(config.config_groups)) return null;
  const group = Object.values(config.config_groups).find(isRecord);
  const weights = isRecord(group?.weights) ? group.weights : null;
  const bits = number(weights?.num_bits);
  if (weights === null || bits === null) return null;
  const groupSize = number(weights.group_size);
  const effective = groupSize === null ? bits : grouped(bits, groupSize, 16);
  if (weights.type === "float") return of(bits === 8 ? "fp8" : `fp${bits}`, effective);
  return of(`int${bits}`, effective);
}

function fromBits(config: Json, of: Make): WeightFormat {
  const bits = number(config.bits) ?? number(config.weight_bits) ?? number(config.w_bit);
  return bits === null ? of("other", null) : of(`int${bits}`, bits);
}
