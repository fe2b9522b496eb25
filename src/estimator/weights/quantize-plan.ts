/**
 * The inventory as a quantizer walks it: which role each tensor has, which of them are decided by their
 * place in the file, and what the mixture rules ask about the model as a whole.
 */
import type { Architecture } from "../architecture.ts";
import { LATENT_EXPANDED } from "../engines/llamacpp.ts";
import { expertCount, layerCount } from "../layers.ts";
import type { Role } from "./mixture.ts";
import type { Tensor } from "./tensor.ts";

/** The inventory with each tensor's role, sorted the way a quantizer walks a file. */
export interface QuantizePlan {
  entries: { tensor: Tensor; role: Role; positional: boolean }[];
  /** Matrices whose type may depend on their position, by role. */
  walks: Record<Positional, Walk>;
  tied: boolean;
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

/** Matrices of one role: one by one in file order, and how many there are of each entry. */
interface Walk {
  steps: { entry: number; layer: number }[];
  entries: { entry: number; times: number }[];
}

/** Architectures whose loader allocates a tied embedding twice, wherever it runs. */
const OUTPUT_FIRST = new Set(["gemma3n", "gemma4"]);

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

export const POSITIONAL = ["value", "down", "gate", "up"] as const;
type Positional = (typeof POSITIONAL)[number];

export function quantizePlan(architecture: Architecture, tensors: Tensor[]): QuantizePlan {
  const entries = tensors.map((tensor) => {
    const role = roleOf(tensor.name);
    const isListed = POSITIONAL.some((positional) => positional === role);
    return { tensor, role, positional: isListed && tensor.storage === "quantizable" };
  });
  const walks = { value: walk("value"), down: walk("down"), gate: walk("gate"), up: walk("up") };

  function walk(role: Positional): Walk {
    const found: Walk = { steps: [], entries: [] };
    for (const [entry, { tensor, role: own, positional }] of entries.entries()) {
      if (own !== role || !positional) continue;
      found.entries.push({ entry, times: tensor.repeats });
      for (let i = 0; i < tensor.repeats; i++) {
        found.steps.push({ entry, layer: (tensor.layer ?? 0) + i });
      }
    }
    const nameOf = ({ entry }: { entry: number }) => entries[entry]!.tensor.name;
    found.steps.sort((a, b) => a.layer - b.layer || (nameOf(a) < nameOf(b) ? -1 : 1));
    return found;
  }

  const name = architecture.ggufArchitecture ?? "";
  const last = tensors.reduce((most, t) => Math.max(most, (t.layer ?? 0) + t.repeats), 0);
  // Encoder-decoders state one layer count for both stacks.
  const layers = architecture.encoderLayers?.length ? layerCount(architecture.layers) : last;
  const experts = expertCount(architecture);
  return {
    entries,
    walks,
    tied: !tensors.some((tensor) => tensor.name === "output.weight"),
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
