/** Facts that follow from the architecture alone: layers, heads, experts, the kind of attention. */
import type { AttentionKind, ModelFacts } from "../../../db/facts.ts";
import type {
  Architecture,
  AttentionMixer,
  LayerGroup,
  Mixer,
} from "../../../estimator/architecture.ts";
import type { ConfigReader } from "../reader.ts";

function attentionOf(mixer: Mixer): AttentionMixer | null {
  if (mixer.kind === "attention") return mixer;
  return mixer.kind === "parallel" ? mixer.branches[0] : null;
}

/** Numbers that mean the same in every class: what stays sure when the rest cannot be read. */
export function statedFacts(reader: ConfigReader): Partial<ModelFacts> {
  const facts: Partial<ModelFacts> = {};
  const names = [
    ["layers", "layers"],
    ["hidden", "hiddenSize"],
    ["vocab", "vocabSize"],
    ["context", "contextLength"],
  ] as const;
  for (const [name, fact] of names) {
    try {
      facts[fact] = reader.number(name);
    } catch {
      // The value that made the config unreadable is no fact.
    }
  }
  return facts;
}

export function shapeFacts(reader: ConfigReader, architecture: Architecture): Partial<ModelFacts> {
  const { layers } = architecture;
  const attention = mainAttention(reader, layers);
  const latent = layers.flatMap((group) =>
    group.mixer.kind === "latent" || group.mixer.kind === "compressed" ? group.mixer : [],
  )[0];
  const experts = layers.flatMap((g) => (g.feedForward.kind === "moe" ? g.feedForward : []))[0];
  const dense = layers.flatMap((g) => (g.feedForward.kind === "dense" ? g.feedForward : []))[0];
  const windows = layers.flatMap((group) => attentionOf(group.mixer)?.window?.tokens ?? []);
  return {
    // LongCat counts two blocks as one layer: what the publisher states is the fact.
    layers: reader.number("layers") ?? layers.reduce((sum, group) => sum + group.count, 0),
    hiddenSize: architecture.hiddenSize,
    vocabSize: architecture.vocabSize,
    contextLength: architecture.contextLength,
    tiedEmbeddings: architecture.tiedEmbeddings,
    heads: attention?.heads ?? latent?.heads ?? null,
    kvHeads: attention?.kvHeads ?? (latent?.kind === "compressed" ? 1 : (latent?.heads ?? null)),
    headDim: attention?.keyDim ?? (latent === undefined ? null : latentWidth(latent)),
    attentionKind: attentionKind(architecture, layers),
    attentionWindow: windows[0] ?? null,
    feedForwardSize: dense?.width ?? experts?.expertWidth ?? null,
    experts: experts?.experts ?? null,
    activeExperts: experts?.activeExperts ?? null,
    sharedExperts: experts?.sharedExperts ?? null,
    denseLayers: experts === undefined ? null : leadingDense(layers),
  };
}

/** Where layers differ, the shape that the plain keys describe; else the most common one. */
function mainAttention(reader: ConfigReader, layers: LayerGroup[]): AttentionMixer | null {
  const shapes = layers.flatMap((group) => {
    const mixer = attentionOf(group.mixer);
    return mixer === null ? [] : [{ mixer, count: group.count }];
  });
  const first = shapes[0];
  if (first === undefined) return null;
  if (shapes.every(({ mixer }) => sameHeads(mixer, first.mixer))) return first.mixer;
  const kvHeads = reader.find(["num_key_value_heads"], "key heads")?.value;
  const headDim = reader.find(["head_dim"], "head width")?.value;
  const plain = shapes.find(
    ({ mixer }) => mixer.kvHeads === kvHeads && (headDim === undefined || mixer.keyDim === headDim),
  );
  const layersLike = (like: AttentionMixer) =>
    shapes.reduce((sum, { mixer, count }) => sum + (sameHeads(mixer, like) ? count : 0), 0);
  return (
    (plain ?? shapes.toSorted((a, b) => layersLike(b.mixer) - layersLike(a.mixer))[0])?.mixer ??
    null
  );
}

function sameHeads(a: AttentionMixer, b: AttentionMixer): boolean {
  return a.heads === b.heads && a.kvHeads === b.kvHeads && a.keyDim === b.keyDim;
}

function latentWidth(mixer: Mixer): number | null {
  if (mixer.kind === "compressed") return mixer.headDim;
  return mixer.kind === "latent" ? mixer.nopeHeadDim + mixer.ropeHeadDim : null;
}

/** Dense layers before the first expert layer. */
function leadingDense(layers: LayerGroup[]): number {
  let dense = 0;
  for (const group of layers) {
    if (group.feedForward.kind === "moe") break;
    if (group.feedForward.kind === "dense") dense += group.count;
  }
  return dense;
}

function attentionKind(architecture: Architecture, layers: LayerGroup[]): AttentionKind | null {
  if (!architecture.causal) return "BIDIRECTIONAL";
  const kinds = new Set(layers.map((group) => group.mixer.kind));
  const attends = kinds.has("attention") || kinds.has("latent");
  if (kinds.has("rwkv")) return "RWKV";
  if (kinds.has("parallel")) return "HYBRID_SSM";
  if (kinds.has("mamba")) return attends ? "HYBRID_SSM" : "SSM";
  if (kinds.has("matrixMemory")) return attends ? "HYBRID_LINEAR" : "LINEAR";
  const linear = ["deltaNet", "kimiDelta", "lightning", "rgLru"] as const;
  if (linear.some((kind) => kinds.has(kind))) return "HYBRID_LINEAR";
  if (kinds.has("shortConv")) return "CONVOLUTION_HYBRID";
  if (kinds.has("compressed")) return "COMPRESSED";
  if (kinds.has("latent")) return "MLA";
  const attention = layers.flatMap((group) =>
    group.mixer.kind === "attention" ? group.mixer : [],
  );
  if (attention.length === 0) return null;
  if (attention.every((mixer) => mixer.kvHeads === mixer.heads)) return "MHA";
  return attention.every((mixer) => mixer.kvHeads === 1) ? "MQA" : "GQA";
}
