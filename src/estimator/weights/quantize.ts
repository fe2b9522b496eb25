/**
 * Sizes of a GGUF file at any quantization, from the tensor inventory and the mixture rules: what the
 * file holds, what an accelerator gets when every layer is offloaded, and what stays with the host.
 */
import type { Architecture } from "../architecture.ts";
import { LATENT_EXPANDED } from "../engines/llamacpp.ts";
import { TENSOR_TYPES, type TensorType, tensorBytes } from "../formats.ts";
import { expertCount, layerCount } from "../layers.ts";
import type { FileSizes } from "../profile.ts";
import type { QuantizationName } from "../quantizations.ts";
import { roundUp } from "../units.ts";
import { fittingType } from "./fallback.ts";
import { goesByPosition, mixtureType, type Role, type Site } from "./mixture.ts";
import type { Tensor } from "./tensor.ts";

/** The inventory with each tensor's role, sorted the way a quantizer walks a file. */
export interface QuantizePlan {
  entries: { tensor: Tensor; role: Role }[];
  /** Matrices whose type depends on their position, in file order: indices into `entries`, layers. */
  walk: { entry: number; layer: number }[];
  tied: boolean;
  valueCount: number;
  layers: number;
  byLayer: boolean;
  experts: number;
  grouped: boolean;
  falcon: boolean;
  seventyB: boolean;
  bailing: boolean;
  /** The loader asks for the output before the embedding, so even a CPU holds a tied one twice. */
  twiceOnCpu: boolean;
}

/** Architectures whose loader allocates a tied embedding twice, wherever it runs. */
const OUTPUT_FIRST = new Set(["gemma3n", "gemma4"]);

/** Buffers align every tensor to this many bytes (CUDA to 128, some KiB per model in all). */
const CPU_ALIGNMENT = 32;
const DEVICE_ALIGNMENT = 16;

function roleOf(name: string): Role {
  if (name === "output.weight") return "output";
  if (name === "token_embd.weight" || name === "per_layer_token_embd.weight") return "embedding";
  if (/attn_(qkv|kv_b|v)\.weight/.test(name)) return "value";
  if (name.includes("attn_k.weight")) return "key";
  if (name.includes("attn_q.weight")) return "query";
  if (name.includes("attn_output.weight")) return "attentionOutput";
  if (name.includes("ffn_up")) return "up";
  if (name.includes("ffn_gate")) return "gate";
  return name.includes("ffn_down") ? "down" : "other";
}

const POSITIONAL = new Set<Role>(["value", "down", "gate", "up"]);

export function quantizePlan(architecture: Architecture, tensors: Tensor[]): QuantizePlan {
  const entries = tensors.map((tensor) => ({ tensor, role: roleOf(tensor.name) }));
  const walk: QuantizePlan["walk"] = [];
  for (const [entry, { tensor, role }] of entries.entries()) {
    if (!POSITIONAL.has(role) || tensor.storage !== "quantizable") continue;
    for (let i = 0; i < tensor.repeats; i++) walk.push({ entry, layer: (tensor.layer ?? 0) + i });
  }
  walk.sort(
    (a, b) =>
      a.layer - b.layer || (entries[a.entry]!.tensor.name < entries[b.entry]!.tensor.name ? -1 : 1),
  );
  const name = architecture.ggufArchitecture ?? "";
  const last = tensors.reduce((most, t) => Math.max(most, (t.layer ?? 0) + t.repeats), 0);
  // Encoder-decoders state one layer count for both stacks.
  const layers = architecture.encoderLayers?.length ? layerCount(architecture.layers) : last;
  const experts = expertCount(architecture);
  return {
    entries,
    walk,
    tied: !tensors.some((tensor) => tensor.name === "output.weight"),
    valueCount: walk.filter(({ entry }) => entries[entry]!.role === "value").length,
    layers,
    byLayer: experts > 1,
    experts,
    grouped: firstLayerGrouping(architecture) >= 4,
    falcon: name === "falcon",
    seventyB: isSeventyB(architecture, name),
    bailing: name === "bailingmoe3",
    twiceOnCpu: OUTPUT_FIRST.has(name),
  };
}

/** Query heads per key head of the first layer, as its GGUF metadata says; 0 when it has none. */
function firstLayerGrouping(architecture: Architecture): number {
  for (const { mixer } of architecture.layers) {
    if (mixer.kind === "attention") return Math.floor(mixer.heads / mixer.kvHeads);
    if (mixer.kind === "latent") {
      return LATENT_EXPANDED.has(architecture.ggufArchitecture ?? "") ? 1 : mixer.heads;
    }
    if (mixer.kind === "compressed") return mixer.heads;
    if (mixer.kind === "parallel") {
      return Math.floor(mixer.branches[0].heads / mixer.branches[0].kvHeads);
    }
    // Files of these hybrids state one head count for all layers; others state zero here.
    if (mixer.kind !== "deltaNet" && mixer.kind !== "lightning") return 0;
  }
  return 0;
}

function isSeventyB(architecture: Architecture, name: string): boolean {
  const layers = layerCount(architecture.layers);
  if (name === "jais2") return layers === 68;
  if (layers !== 80) return false;
  return ["qwen2", "qwen2vl", "deci", "olmo"].includes(name)
    ? true
    : name === "llama" && firstLayerGrouping(architecture) > 1;
}

/** Bytes of one tensor at a type. */
function sized(tensor: Tensor, type: TensorType): number {
  return tensorBytes(type, tensor.columns) * tensor.rows;
}

/** Type of a matrix that no position matters for. */
export function quantizedSizes(
  plan: QuantizePlan,
  quant: QuantizationName,
  imatrix: boolean,
): FileSizes {
  const sizes: FileSizes = {
    bytes: 0,
    deviceBytes: 0,
    hostBytes: 0,
    cpuBytes: 0,
    mtpBytes: 0,
    activeBytes: 0,
  };
  const site: Site = {
    index: 0,
    count: 1,
    grouped: plan.grouped,
    experts: plan.experts,
    imatrix,
    falcon: plan.falcon,
    seventyB: plan.seventyB,
  };
  /** Tensors that go one by one round their active share one by one. */
  const add = (tensor: Tensor, bytes: number, times: number, oneByOne: boolean) => {
    const onCpu = roundUp(bytes, CPU_ALIGNMENT) * times;
    const onDevice = roundUp(bytes, DEVICE_ALIGNMENT) * times;
    sizes.bytes += bytes * times;
    sizes.cpuBytes += onCpu;
    const read = !tensor.host || (plan.tied && tensor.name === "token_embd.weight");
    if (read) {
      const active = oneByOne
        ? Math.round(bytes * tensor.activeFraction) * times
        : Math.round(bytes * times * tensor.activeFraction);
      sizes.activeBytes = (sizes.activeBytes ?? 0) + active;
    }
    if (tensor.host) sizes.hostBytes += onCpu;
    else sizes.deviceBytes += onDevice;
    // A tied head is a second copy of the embedding on the accelerator.
    if (plan.tied && tensor.name === "token_embd.weight") {
      sizes.deviceBytes += onDevice;
      if (plan.twiceOnCpu) sizes.cpuBytes += onCpu;
    }
  };
  for (const { tensor, role } of plan.entries) {
    if (tensor.storage === "quantizable" && POSITIONAL.has(role) && mixes(quant)) continue;
    const type = tensor.storage === "f32" ? "F32" : plainType(plan, quant, tensor, role, site);
    add(tensor, sized(tensor, type), tensor.repeats, false);
  }
  if (!mixes(quant)) return sizes;
  const counters: Record<string, number> = { value: 0, down: 0, gate: 0, up: 0 };
  const moves = { value: false, down: false, gate: false, up: false } as Record<Role, boolean>;
  for (const role of POSITIONAL) moves[role] = goesByPosition(quant, role);
  for (const { tensor, role } of plan.entries) {
    if (tensor.storage !== "quantizable" || !POSITIONAL.has(role) || moves[role]) continue;
    const type = fittingType(mixtureType(quant, role, site), tensor.columns);
    add(tensor, sized(tensor, type), tensor.repeats, true);
  }
  /** Matrices of each entry by the type they get. */
  const found = new Map<number, Partial<Record<TensorType, number>>>();
  for (const { entry, layer } of plan.walk) {
    const { role } = plan.entries[entry]!;
    if (!moves[role]) continue;
    const counted = counters[role]!++;
    // Down, gate and up of expert models go by layer, because a layer has several of them; the very
    // low-bit mixtures count even there.
    const byLayer = role !== "value" && plan.byLayer && !(role === "down" && lowBit(quant));
    site.index = byLayer ? layer : counted;
    site.count = role === "value" ? plan.valueCount : plan.layers;
    const type = mixtureType(quant, role, site);
    const counts = found.get(entry) ?? {};
    counts[type] = (counts[type] ?? 0) + 1;
    found.set(entry, counts);
  }
  for (const [entry, counts] of found) {
    const { tensor } = plan.entries[entry]!;
    for (const [type, times] of Object.entries(counts)) {
      add(tensor, sized(tensor, fittingType(type as TensorType, tensor.columns)), times, true);
    }
  }
  return sizes;
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
  if (!head) return fittingType(mixtureType(quant, role, site), tensor.columns);
  const wanted = mixtureType(quant, "output", site);
  const base = TENSOR_TYPES[mixtureType(quant, "other", site)].elements;
  return fittingType(plan.falcon || tensor.columns % base !== 0 ? "Q8_0" : wanted, tensor.columns);
}
