/** State-space classes (Mamba 1 and 2), and the hybrids of these with attention. */
import { type ClassTraits, type MambaTraits, type ModelClass, PLAIN, row } from "./types.ts";

const MAMBA1: MambaTraits = {
  version: 1,
  innerNorm: false,
  convBias: { key: "use_conv_bias", otherwise: true },
  projectionBias: "use_bias",
};
const MAMBA2: MambaTraits = { ...MAMBA1, version: 2, innerNorm: true };
const HYBRID: MambaTraits = {
  version: 2,
  innerNorm: true,
  convBias: { key: "mamba_conv_bias", otherwise: true },
  projectionBias: "mamba_proj_bias",
};
const PURE: ClassTraits = {
  ...PLAIN,
  full: "mamba",
  normsPerLayer: 1,
  tied: true,
  positions: "none",
  feedForward: false,
};

/** Two shared blocks at most, over an input twice as wide, between Mamba layers. */
const ZAMBA: ClassTraits = {
  ...PLAIN,
  sharedBlocks: true,
  tied: true,
  normsPerLayer: 1,
  activation: "gelu",
};

export const MAMBA_CLASSES: readonly ModelClass[] = [
  row(
    "mamba",
    { gguf: "mamba", mamba: MAMBA1, defaults: { expand: 2, conv_kernel: 4, state_size: 16 } },
    PURE,
  ),
  row(
    "falcon_mamba",
    {
      gguf: "mamba",
      mamba: { ...MAMBA1, innerNorm: false },
      defaults: { expand: 2, conv_kernel: 4, state_size: 16 },
    },
    PURE,
  ),
  row(
    "mamba2",
    {
      gguf: "mamba2",
      mamba: MAMBA2,
      tied: false,
      defaults: { expand: 2, conv_kernel: 4, state_size: 128, n_groups: 8, head_dim: 64 },
    },
    PURE,
  ),
  row("jamba", {
    gguf: "jamba",
    experts: { optional: true },
    linear: "mamba",
    positions: "none",
    mamba: {
      version: 1,
      innerNorm: true,
      convBias: { key: "mamba_conv_bias", otherwise: true },
      projectionBias: "mamba_proj_bias",
    },
    defaults: {
      attn_layer_period: 8,
      attn_layer_offset: 4,
      expert_layer_period: 2,
      expert_layer_offset: 1,
      mamba_d_state: 16,
      mamba_d_conv: 4,
      mamba_expand: 2,
    },
  }),
  row("bamba", {
    gguf: "granitehybrid",
    // Without a list no layer attends.
    defaults: { attn_layer_indices: [] },
    mamba: HYBRID,
    linear: "mamba",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    mlpBias: "mlp_bias",
  }),
  row("granitemoehybrid", {
    gguf: "granitehybrid",
    mamba: HYBRID,
    linear: "mamba",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    experts: { optional: true },
    denseWidthKey: "shared_intermediate_size",
    defaults: {
      mamba_n_groups: 1,
      mamba_d_conv: 4,
      mamba_expand: 2,
      position_embedding_type: "rope",
    },
  }),
  row("nemotron_h nemotron_h_text", {
    gguf: "nemotron_h",
    ggufMoe: "nemotron_h_moe",
    architectures: ["NemotronHForCausalLM"],
    mamba: { ...HYBRID, convBias: { key: "use_conv_bias", otherwise: true } },
    linear: "mamba",
    normsPerLayer: 1,
    gated: false,
    activation: "relu2",
    positions: "none",
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    mlpBias: "mlp_bias",
    experts: {
      optional: true,
      routerBias: true,
      gated: false,
      latentWidthKey: "moe_latent_size",
    },
    defaults: { n_groups: 8, conv_kernel: 4 },
  }),
  row("falcon_h1", {
    gguf: "falcon-h1",
    mamba: { ...HYBRID, innerNorm: "mamba_rms_norm" },
    qkvBias: "attention_bias",
    outputBias: "attention_bias",
    mlpBias: "mlp_bias",
    parallelMamba: true,
  }),
  row(
    "zamba",
    {
      mamba: {
        version: 1,
        innerNorm: false,
        convBias: { key: "mamba_conv_bias", otherwise: true },
        projectionBias: "mamba_proj_bias",
      },
      defaults: { mamba_d_state: 16, mamba_d_conv: 4, mamba_expand: 2 },
    },
    ZAMBA,
  ),
  row(
    "zamba2",
    {
      mamba: {
        version: 2,
        innerNorm: true,
        convBias: { key: "use_conv_bias", otherwise: true },
        projectionBias: "add_bias_linear",
      },
      defaults: {
        mamba_d_state: 64,
        mamba_d_conv: 4,
        mamba_expand: 2,
        mamba_ngroups: 1,
        adapter_rank: 128,
      },
    },
    ZAMBA,
  ),
  row("plamo2", {
    gguf: "plamo2",
    architectures: ["Plamo2ForCausalLM", "PlamoForCausalLM2"],
    linear: "mamba",
    mamba: {
      version: 1,
      perHead: true,
      innerNorm: true,
      convBias: false,
      projectionBias: false,
    },
    tied: true,
    normsPerLayer: 4,
    fusedQkv: true,
    fusedGateUp: true,
    qkNorm: "full",
    window: { layers: "none", llamaCppIgnores: true },
    defaults: { mamba_d_state: 64, mamba_d_conv: 4, mamba_num_heads: 64, mamba_step: 2 },
  }),
];
