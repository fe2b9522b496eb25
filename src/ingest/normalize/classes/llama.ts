/** Classes that differ from Llama in little: the same keys switch their biases on. */
import { type ClassTraits, type ModelClass, PLAIN, row } from "./types.ts";

const LLAMA: ClassTraits = {
  ...PLAIN,
  gguf: "llama",
  qkvBias: "attention_bias",
  outputBias: "attention_bias",
  mlpBias: "mlp_bias",
  defaults: {},
};

export const LLAMA_CLASSES: readonly ModelClass[] = [
  row(
    "llama yi deepseek_llm codellama llama2 smollm tinyllama skywork apriel iquestcoder ilama emu3_text_model cwm",
    {
      architectures: ["LLaMAForCausalLM", "YiForCausalLM"],
    },
    LLAMA,
  ),
  row(
    "llama_bidirec bidir_mistral",
    { architectures: ["LlamaBidirectionalModel"], gguf: null, causal: false, outputHead: false },
    LLAMA,
  ),
  row("mllama_text_model", { gguf: "mllama" }, LLAMA),
  row("nemotron-nas deci", { gguf: "deci", architectures: ["DeciLMForCausalLM"] }, LLAMA),
  row(
    "llada",
    {
      gguf: "llada",
      architectures: ["LLaDAModelLM"],
      causal: false,
      qkvBias: "include_qkv_bias",
      outputBias: "include_bias",
      mlpBias: "include_bias",
    },
    LLAMA,
  ),
  row("helium", { gguf: null }, LLAMA),
  row("diffllama", { gguf: null }, LLAMA),
  row("chameleon", { gguf: "chameleon", qkNorm: "full" }, LLAMA),
  row(
    "hyperclovax",
    { gguf: "granite", architectures: ["HyperCLOVAXForCausalLM"], postNormsIf: "use_post_norm" },
    LLAMA,
  ),
  row("smollm3", { gguf: "smollm3", tied: true }, LLAMA),
  row("solar", { gguf: "llama" }, LLAMA),
  row("arcee", { gguf: "arcee", gated: false, activation: "relu2" }, LLAMA),
  row("granite", { gguf: "granite" }, LLAMA),
  row(
    "granite_swa",
    {
      gguf: "granite_swa",
      architectures: ["GraniteSWAForCausalLM"],
      sinks: true,
      defaults: { sliding_window: 128 },
    },
    LLAMA,
  ),
  row(
    "doge",
    {
      qkNorm: "head",
      // A mask computed from the values, and a scale on each of the two residuals.
      extras: [
        { columns: ["hidden"], rows: ["heads"] },
        { columns: ["heads"] },
        { columns: ["hidden"] },
        { columns: ["hidden"] },
      ],
      adjust: "doge",
    },
    LLAMA,
  ),
  row("ouro", { gguf: null, normsPerLayer: 4, loopsKey: "total_ut_steps" }, LLAMA),
  row(
    "PanguEmbedded",
    {
      gguf: "pangu-embedded",
      qkvBias: { key: "bias", otherwise: true },
      outputBias: { key: "bias", otherwise: true },
      mlpBias: false,
    },
    LLAMA,
  ),
  row("mobilellm", { gguf: null, tied: true }, LLAMA),
  row("olmo", { gguf: "olmo", norm: "none", normsPerLayer: 0, finalNorm: false }, LLAMA),
  row("olmo2", { gguf: "olmo2", qkNorm: "full" }, LLAMA),
  row("olmo3", { gguf: "olmo2", qkNorm: "full", window: { layers: { fullEvery: 4 } } }, LLAMA),
];
