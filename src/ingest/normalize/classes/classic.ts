/**
 * Decoders of the GPT line and other early designs: layer norms with bias, a feed-forward of two
 * matrices, learned or ALiBi positions, often one matrix for query, key and value.
 */
import { BIASED, type ClassTraits, type ModelClass, row } from "./types.ts";

const GPT: ClassTraits = {
  ...BIASED,
  feedForwardMultiple: 4,
};

export const CLASSIC_CLASSES: readonly ModelClass[] = [
  row(
    "gpt2",
    {
      gguf: "gpt2",
      architectures: ["GPT2LMHeadModel", "GPT2Model"],
      positions: "learned",
      fusedQkv: true,
      tied: true,
      activation: "gelu_new",
      defaults: { n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 50257 },
    },
    GPT,
  ),
  row(
    "gpt_neo",
    {
      positions: "learned",
      tied: true,
      qkvBias: false,
      activation: "gelu_new",
    },
    GPT,
  ),
  row(
    "gptj codegen",
    {
      architectures: ["GPTJForCausalLM", "CodeGenForCausalLM"],
      normsPerLayer: 1,
      qkvBias: false,
      outputBias: false,
      outputHeadBias: true,
      activation: "gelu_new",
    },
    GPT,
  ),
  row(
    "gpt_neox pythia",
    {
      gguf: "gptneox",
      architectures: ["GPTNeoXForCausalLM"],
      fusedQkv: true,
      qkvBias: { key: "attention_bias", otherwise: true },
      outputBias: { key: "attention_bias", otherwise: true },
    },
    GPT,
  ),
  row(
    "gpt_neox_japanese",
    { qkvBias: false, outputBias: false, mlpBias: false, feedForwardMultiple: 4 },
    GPT,
  ),
  row(
    "gpt_bigcode",
    {
      gguf: "starcoder",
      architectures: ["GPTBigCodeForCausalLM"],
      positions: "learned",
      fusedQkv: true,
      tied: true,
      kvHeads: "multiQuery",
      activation: "gelu_pytorch_tanh",
      defaults: { multi_query: true },
    },
    GPT,
  ),
  row(
    "falcon RefinedWeb RefinedWebModel",
    {
      gguf: "falcon",
      architectures: ["FalconForCausalLM", "RWForCausalLM"],
      kvHeads: "grouped",
      fusedQkv: true,
      tied: true,
      normsPerLayer: 1,
      qkvBias: "bias",
      outputBias: "bias",
      mlpBias: "bias",
      adjust: "falcon",
      defaults: { max_position_embeddings: 2048, multi_query: true, parallel_attn: true },
    },
    GPT,
  ),
  row(
    "bloom",
    {
      gguf: "bloom",
      architectures: ["BloomForCausalLM", "BloomModel"],
      positions: "alibi",
      fusedQkv: true,
      tied: true,
      normAfterEmbedding: true,
    },
    GPT,
  ),
  row(
    "mpt",
    {
      gguf: "mpt",
      architectures: ["MPTForCausalLM", "MptForCausalLM"],
      positions: "alibi",
      kvHeads: "grouped",
      fusedQkv: true,
      tied: true,
      normBias: { not: "no_bias", otherwise: false },
      qkvBias: false,
      outputBias: false,
      mlpBias: false,
    },
    GPT,
  ),
  row(
    "opt",
    {
      architectures: ["OPTForCausalLM", "OPTModel"],
      positions: "learned",
      tied: true,
      qkvBias: { key: "enable_bias", otherwise: true },
      outputBias: { key: "enable_bias", otherwise: true },
      mlpBias: { key: "enable_bias", otherwise: true },
      activation: "relu",
      extraPositions: 2,
      narrow: { key: "word_embed_proj_dim", positions: false, bias: false, narrowsAgain: true },
      adjust: "opt",
      defaults: { vocab_size: 50272, max_position_embeddings: 2048 },
    },
    GPT,
  ),
  row(
    "phi phi-msft mixformer-sequential",
    {
      gguf: "phi2",
      architectures: ["PhiForCausalLM", "MixFormerSequentialForCausalLM"],
      kvHeads: "grouped",
      normsPerLayer: 1,
      outputHeadBias: true,
      activation: "gelu_new",
      qkNorm: "none",
    },
    GPT,
  ),
  row(
    "openai-gpt",
    {
      architectures: ["OpenAIGPTLMHeadModel"],
      positions: "learned",
      fusedQkv: true,
      tied: true,
      finalNorm: false,
      defaults: { n_positions: 512, n_embd: 768, n_layer: 12, n_head: 12, vocab_size: 40478 },
    },
    GPT,
  ),
  row(
    "jais",
    {
      gguf: "jais",
      architectures: ["JAISLMHeadModel"],
      positions: "alibi",
      fusedQkv: true,
      tied: true,
      gated: true,
      activation: "swiglu",
    },
    GPT,
  ),
  row(
    "codeshell",
    {
      gguf: "codeshell",
      architectures: ["CodeShellForCausalLM"],
      kvHeads: "grouped",
      fusedQkv: true,
      tied: true,
      activation: "gelu_pytorch_tanh",
    },
    GPT,
  ),
  row(
    "biogpt",
    { architectures: ["BioGptForCausalLM"], positions: "learned", tied: true, extraPositions: 2 },
    GPT,
  ),
  row("xglm", { architectures: ["XGLMForCausalLM"], positions: "sinusoidal", tied: true }, GPT),
];
