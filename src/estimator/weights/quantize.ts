/**
 * Sizes of a GGUF file at any quantization, from the tensor inventory and the mixture rules: what the
 * file holds, what an accelerator gets when every layer is offloaded, and what stays with the host.
 */
import { TENSOR_TYPES, type TensorType, tensorBytes } from "../formats.ts";
import type { FileSizes } from "../profile.ts";
import type { QuantizationName } from "../quantizations.ts";
import { roundUp } from "../units.ts";
import { fittingType } from "./fallback.ts";
import { mixtureType, type Role, type Site } from "./mixture.ts";
import { POSITIONAL, type QuantizePlan } from "./quantize-plan.ts";
import type { Tensor } from "./tensor.ts";

/** Buffers align every tensor to this many bytes (CUDA to 128, some KiB per model in all). */
const CPU_ALIGNMENT = 32;
const DEVICE_ALIGNMENT = 16;

/** Bytes of one tensor at a type. */
function sized(tensor: Tensor, type: TensorType): number {
  return tensorBytes(type, tensor.columns) * tensor.rows;
}

export function quantizedSizes(
  plan: QuantizePlan,
  quant: QuantizationName,
  imatrix: boolean,
): FileSizes {
  const sums = new Sums(plan);
  const { grouped, experts, falcon, seventyB } = plan;
  const site: Site = { index: 0, count: 1, grouped, experts, imatrix, falcon, seventyB };
  const mixed = mixes(quant);
  for (const { tensor, role, positional } of plan.entries) {
    if (positional && mixed) continue;
    const type = tensor.storage === "f32" ? "F32" : plainType(plan, quant, tensor, role, site);
    sums.add(tensor, type, tensor.repeats, false);
  }
  if (!mixed) return sums.sizes;
  for (const role of POSITIONAL) {
    const walk = plan.walks[role];
    const wanted = mixtureType(quant, role, site);
    if (typeof wanted !== "function") {
      for (const { entry, times } of walk.entries) sums.addFitting(plan, entry, wanted, times);
      continue;
    }
    // Down, gate and up of expert models go by layer, because a layer has several of them; the very
    // low-bit mixtures count even there.
    const byLayer = role !== "value" && plan.byLayer && !(role === "down" && lowBit(quant));
    site.count = role === "value" ? walk.steps.length : plan.layers;
    /** How many matrices of each entry get each type. */
    const found = new Map<TensorType, number[]>();
    let counts: number[] = [];
    let current: TensorType | null = null;
    for (let step = 0; step < walk.steps.length; step++) {
      const { entry, layer } = walk.steps[step]!;
      site.index = byLayer ? layer : step;
      const type = wanted(site);
      if (type !== current) {
        current = type;
        counts = found.get(type) ?? [];
        found.set(type, counts);
      }
      counts[entry] = (counts[entry] ?? 0) + 1;
    }
    for (const [type, each] of found) {
      for (const { entry } of walk.entries) {
        const times = each[entry];
        if (times !== undefined) sums.addFitting(plan, entry, type, times);
      }
    }
  }
  return sums.sizes;
}

/** What tensors add up to, in a file and where they land. */
class Sums {
  readonly sizes = {
    bytes: 0,
    deviceBytes: 0,
    hostBytes: 0,
    cpuBytes: 0,
    mtpBytes: 0,
    activeBytes: 0,
  };
  private readonly tied: boolean;
  private readonly twiceOnCpu: boolean;

  constructor({ tied, twiceOnCpu }: QuantizePlan) {
    this.tied = tied;
    this.twiceOnCpu = twiceOnCpu;
  }

  /** Tensors that go one by one round their active share one by one. */
  add(tensor: Tensor, type: TensorType, times: number, oneByOne: boolean): void {
    const { sizes } = this;
    const bytes = sized(tensor, type);
    const onCpu = roundUp(bytes, CPU_ALIGNMENT) * times;
    const onDevice = roundUp(bytes, DEVICE_ALIGNMENT) * times;
    // A tied head is a second copy of the embedding on the accelerator.
    const isHead = this.tied && tensor.name === "token_embd.weight";
    sizes.bytes += bytes * times;
    sizes.cpuBytes += onCpu;
    if (!tensor.host || isHead) {
      sizes.activeBytes += oneByOne
        ? Math.round(bytes * tensor.activeFraction) * times
        : Math.round(bytes * times * tensor.activeFraction);
    }
    if (tensor.host) sizes.hostBytes += onCpu;
    else sizes.deviceBytes += onDevice;
    if (!isHead) return;
    sizes.deviceBytes += onDevice;
    if (this.twiceOnCpu) sizes.cpuBytes += onCpu;
  }

  addFitting(plan: QuantizePlan, entry: number, type: TensorType, times: number): void {
    const { tensor } = plan.entries[entry]!;
    this.add(tensor, fittingType(type, tensor.columns), times, true);
  }
}

const UNMIXED = new Set<string>(["F32", "F16", "BF16", "MXFP4_MOE", "MXFP4_BF16"]);
const mixes = (quant: string) => !UNMIXED.has(quant);
const lowBit = (quant: string) => quant.startsWith("IQ1") || quant.startsWith("IQ2");

function plainType(
  plan: QuantizePlan,
  quant: QuantizationName,
  tensor: Tensor,
  role: Role,
  site: Site,
): TensorType {
  if (quant === "F32") return "F32";
  if (quant === "F16" || quant === "BF16") return quant;
  if (tensor.storage === "source") return "BF16";
  if (quant === "MXFP4_BF16") return tensor.part === "experts" ? "MXFP4" : "BF16";
  const head = role === "output" || (plan.tied && role === "embedding");
  if (quant === "MXFP4_MOE") {
    const expert = tensor.stacked && (!plan.bailing || tensor.part === "experts");
    return fittingType(!head && expert ? "MXFP4" : "Q8_0", tensor.columns);
  }
  if (!head) return fittingType(fixedType(quant, role, site), tensor.columns);
  const wanted = fixedType(quant, "output", site);
  const base = TENSOR_TYPES[fixedType(quant, "other", site)].elements;
  return fittingType(plan.falcon || tensor.columns % base !== 0 ? "Q8_0" : wanted, tensor.columns);
}

/** The wanted type of a role whose matrices are all alike. */
function fixedType(quant: QuantizationName, role: Role, site: Site): TensorType {
  const wanted = mixtureType(quant, role, site);
  return typeof wanted === "function" ? wanted(site) : wanted;
}
