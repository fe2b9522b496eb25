/**
 * An architecture typed in by hand, for the calculator: one kind of layer, repeated. Where the
 * catalog's own normaliser reads every detail of a config, this takes the dozen figures that decide
 * the memory and fills in what almost all models share (RMS norms, gated feed-forward, no biases).
 */
import type { Architecture, FeedForward, LayerGroup, Mixer } from "../estimator/architecture.ts";
import { builder } from "./builder.ts";
import { badInput, checkRange } from "./input-errors.ts";

const LatentInput = builder.inputType("LatentAttentionInput", {
  description: "Multi-head latent attention: one compressed row per token is cached.",
  fields: (t) => ({
    kvLoraRank: t.int({ required: true, description: "Width of the compressed row, in elements." }),
    ropeHeadDim: t.int({ required: true, description: "Width of the key that carries positions." }),
    nopeHeadDim: t.int({ required: true, description: "Key width of a head without positions." }),
    valueDim: t.int({ required: true, description: "Value width of a head." }),
    qLoraRank: t.int({ description: "Width of compressed queries; left out when they are not." }),
  }),
});

const WindowInput = builder.inputType("AttentionWindowInput", {
  description: "Layers that look back over a limited number of tokens.",
  fields: (t) => ({
    tokens: t.int({ required: true, description: "How many tokens they look back." }),
    layers: t.int({ required: true, description: "How many layers do; the rest see everything." }),
  }),
});

const ExpertsInput = builder.inputType("ExpertsInput", {
  description: "A mixture of experts in place of one feed-forward.",
  fields: (t) => ({
    total: t.int({ required: true, description: "Routed experts of a layer." }),
    active: t.int({ required: true, description: "Routed experts that work on one token." }),
    size: t.int({ required: true, description: "Width of one expert, in elements." }),
    shared: t.int({
      required: true,
      defaultValue: 0,
      description: "Experts of the same width that work on every token.",
    }),
    denseLayers: t.int({
      required: true,
      defaultValue: 0,
      description: "Layers at the start that have one feed-forward instead.",
    }),
  }),
});

export const ArchitectureInput = builder.inputType("ArchitectureInput", {
  description:
    "A model typed in by hand. NOMINAL reads parameters, layers, kvHeads and headDim; ITEMISED needs hiddenSize, heads, feedForwardSize and vocabSize too.",
  fields: (t) => ({
    parameters: t.field({
      type: "BigInt",
      description:
        "Parameters in all. When given, weights are parameters times mean bits per weight; when left out, ITEMISED counts them from the widths.",
    }),
    layers: t.int({ required: true, description: "Layers." }),
    kvHeads: t.int({ required: true, description: "Key-value heads of a layer." }),
    headDim: t.int({ required: true, description: "Width of one head, in elements." }),
    heads: t.int({ description: "Query heads of a layer." }),
    hiddenSize: t.int({ description: "Width of the residual stream, in elements." }),
    feedForwardSize: t.int({ description: "Width of a dense feed-forward, in elements." }),
    vocabSize: t.int({ description: "Tokens it knows." }),
    tiedEmbeddings: t.boolean({
      required: true,
      defaultValue: false,
      description: "True when the output head is the token embedding.",
    }),
    contextLength: t.int({ description: "Longest context that it was made for, in tokens." }),
    latent: t.field({ type: LatentInput, description: "Given when attention is latent (MLA)." }),
    window: t.field({ type: WindowInput, description: "Given when some layers have a window." }),
    experts: t.field({ type: ExpertsInput, description: "Given for a mixture of experts." }),
  }),
});

export type HandArchitecture = typeof ArchitectureInput.$inferInput;

const MOST_LAYERS = 10_000;
const MOST_WIDTH = 2 ** 24;

/** The architecture of the input; throws `BAD_USER_INPUT` naming the member that is wrong. */
export function architectureOf(input: HandArchitecture, prefix: string): Architecture {
  checkFigures(input, prefix);
  const required = (name: "heads" | "hiddenSize" | "feedForwardSize" | "vocabSize") => {
    const value = input[name];
    if (value == null) throw badInput(`${prefix}${name}`, value, "given for the method ITEMISED");
    return value;
  };
  return {
    hiddenSize: required("hiddenSize"),
    vocabSize: required("vocabSize"),
    tiedEmbeddings: input.tiedEmbeddings,
    outputHead: true,
    outputHeadBias: false,
    learnedPositions: 0,
    contextLength: input.contextLength ?? null,
    ropeFactorElements: 0,
    norms: { kind: "rms", perLayer: 2, bias: false, afterEmbedding: false, final: true },
    layers: layerGroups(input, required("heads"), required("feedForwardSize")),
    causal: true,
    components: [],
    ggufArchitecture: null,
  };
}

function checkFigures(input: HandArchitecture, prefix: string): void {
  const { latent, window, experts } = input;
  checkRange(`${prefix}layers`, input.layers, 1, MOST_LAYERS);
  const widths = { ...input, parameters: null, layers: null, contextLength: null };
  for (const [part, figures] of Object.entries({ "": widths, latent, experts })) {
    for (const [name, value] of Object.entries(figures ?? {})) {
      const mayBeZero = name === "shared" || name === "denseLayers";
      const path = [part, name].filter(Boolean).join(".");
      if (typeof value === "number")
        checkRange(`${prefix}${path}`, value, mayBeZero ? 0 : 1, MOST_WIDTH);
    }
  }
  const { heads, kvHeads } = input;
  if (heads != null && heads % kvHeads !== 0) {
    throw badInput(`${prefix}kvHeads`, kvHeads, `a number that divides the ${heads} heads`);
  }
  checkRange(`${prefix}contextLength`, input.contextLength, 1, 2 ** 31);
  checkRange(`${prefix}window.tokens`, window?.tokens, 1, MOST_WIDTH);
  checkRange(`${prefix}window.layers`, window?.layers, 0, input.layers);
  checkRange(`${prefix}experts.active`, experts?.active, 1, experts?.total ?? 1);
  checkRange(`${prefix}experts.denseLayers`, experts?.denseLayers, 0, input.layers);
}

/** Dense layers come first and windowed layers come last; the order does not change the memory. */
function layerGroups(input: HandArchitecture, heads: number, width: number): LayerGroup[] {
  const dense: FeedForward = { kind: "dense", width, gated: true, bias: false };
  const denseLayers = input.experts ? input.experts.denseLayers : input.layers;
  const full = input.layers - (input.window?.layers ?? 0);
  const steps = [...new Set([0, denseLayers, full, input.layers])].sort((a, b) => a - b);
  const groups: LayerGroup[] = [];
  for (const [index, start] of steps.slice(0, -1).entries()) {
    groups.push({
      count: steps[index + 1]! - start,
      mixer: mixerOf(input, heads, start >= full),
      feedForward: start < denseLayers ? dense : expertsOf(input),
    });
  }
  return groups;
}

function mixerOf(input: HandArchitecture, heads: number, windowed: boolean): Mixer {
  if (input.latent) {
    return { kind: "latent", heads, ...input.latent, qLoraRank: input.latent.qLoraRank ?? null };
  }
  return {
    kind: "attention",
    heads,
    kvHeads: input.kvHeads,
    keyDim: input.headDim,
    valueDim: input.headDim,
    window: windowed && input.window ? { kind: "sliding", tokens: input.window.tokens } : null,
    cache: "own",
    weights: {
      qkvBias: false,
      outputBias: false,
      qkNorm: "none",
      sinks: false,
      outputGate: "none",
      fusedQkv: false,
    },
  };
}

function expertsOf({ experts }: HandArchitecture): FeedForward {
  if (!experts) return { kind: "none" };
  return {
    kind: "moe",
    experts: experts.total,
    activeExperts: experts.active,
    expertWidth: experts.size,
    gated: true,
    bias: false,
    routerBias: false,
    sharedExperts: experts.shared,
    sharedWidth: experts.shared * experts.size,
    sharedGate: false,
    denseWidth: 0,
    latentWidth: 0,
  };
}
