/** Facts that describe how a layer works, in the words of the field: activation, norm, positions. */

import type { ModelFacts, RopeScaling } from "../../../db/facts.ts";
import type { Architecture } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import type { ConfigReader } from "../reader.ts";

const ACTIVATION_KEYS = [
  "hidden_act",
  "hidden_activation",
  "activation_function",
  "mlp_hidden_act",
  "activation",
  "ffn_config.ffn_act_fn.name",
  "dense_act_fn",
];

/** The name of an activation alone, and of the feed-forward it gates. */
const ACTIVATIONS: Readonly<Record<string, [plain: string, gated: string]>> = {
  silu: ["SiLU", "SwiGLU"],
  swish: ["SiLU", "SwiGLU"],
  swiglu: ["SwiGLU", "SwiGLU"],
  swigluoai: ["SwiGLU", "SwiGLU"],
  situ: ["SiTU", "SiTU-GLU"],
  gelu: ["GELU", "GeGLU"],
  gelu_new: ["GELU", "GeGLU"],
  gelu_fast: ["GELU", "GeGLU"],
  gelu_python: ["GELU", "GeGLU"],
  gelu_pytorch_tanh: ["GELU", "GeGLU"],
  geglu: ["GeGLU", "GeGLU"],
  quick_gelu: ["QuickGELU", "GeGLU"],
  relu: ["ReLU", "ReGLU"],
  relu2: ["ReLU²", "ReLU² GLU"],
  relu_squared: ["ReLU²", "ReLU² GLU"],
  xielu: ["xIELU", "xIELU"],
};

export function traitFacts(
  reader: ConfigReader,
  traits: ClassTraits,
  architecture: Architecture,
  scaling: RopeScaling | null,
): Partial<ModelFacts> {
  return {
    activation: activation(reader, traits, architecture),
    normalization: { rms: "RMSNorm", layer: "LayerNorm", none: "LayerNorm without weights" }[
      traits.norm
    ],
    positionEmbedding: positions(reader, traits, scaling),
  };
}

function activation(
  reader: ConfigReader,
  traits: ClassTraits,
  architecture: Architecture,
): string | null {
  const feedForward = architecture.layers.find(
    (group) => group.feedForward.kind !== "none",
  )?.feedForward;
  if (feedForward === undefined || feedForward.kind === "none") return null;
  const found = reader.find(ACTIVATION_KEYS, "activation");
  if (found !== null) reader.credit("activation", found);
  const stated = typeof found?.value === "string" ? found.value : traits.activation;
  const known = Object.hasOwn(ACTIVATIONS, stated.toLowerCase())
    ? ACTIVATIONS[stated.toLowerCase()]
    : undefined;
  return known === undefined ? stated : known[feedForward.gated ? 1 : 0];
}

const SCALED: Readonly<Record<string, string>> = {
  yarn: "YaRN-extended RoPE",
  deepseek_yarn: "YaRN-extended RoPE",
  llama3: "RoPE with Llama 3 scaling",
  longrope: "LongRoPE",
  linear: "RoPE with linear scaling",
  dynamic: "RoPE with dynamic NTK scaling",
  proportional: "Proportional RoPE",
};

function positions(reader: ConfigReader, traits: ClassTraits, scaling: RopeScaling | null): string {
  const stated = reader.string(["position_embedding_type"], "positions");
  if (stated === "nope") return "none";
  if (stated === "alibi") return "ALiBi";
  switch (traits.positions) {
    case "learned":
      return "learned absolute";
    case "alibi":
      return "ALiBi";
    case "relative":
      return "relative";
    case "sinusoidal":
      return "sinusoidal";
    case "none":
      return "none";
    case "rope":
      return (scaling === null ? undefined : SCALED[scaling.kind]) ?? "RoPE";
  }
}
