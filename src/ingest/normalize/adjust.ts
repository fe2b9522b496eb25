/**
 * The few classes whose file switches several traits at once. Each rule is named in its class row and
 * answers with the traits that change; anything one key can say belongs into the row itself.
 */
import type { ClassTraits } from "./classes/types.ts";
import { unknownArchitecture } from "./problems.ts";
import type { ConfigReader } from "./reader.ts";

type Adjustment = (reader: ConfigReader, traits: ClassTraits) => Partial<ClassTraits>;

const ADJUSTMENTS: Readonly<Record<string, Adjustment>> = {
  /** Falcon: 7B has one norm and one key head, 40B two norms and groups, RW-1B is sequential ALiBi. */
  falcon: (reader) => {
    const grouped = reader.flag("new_decoder_architecture", "grouped heads");
    const parallel = reader.flag({ key: "parallel_attn", otherwise: true }, "parallel block");
    const oneNorm = reader.real(["num_ln_in_parallel_attn"], "norms per layer") === 1;
    return {
      kvHeads: grouped
        ? "grouped"
        : reader.flag({ key: "multi_query", otherwise: true })
          ? "multiQuery"
          : "queries",
      normsPerLayer: parallel && (!grouped || oneNorm) ? 1 : 2,
      positions: reader.flag("alibi", "positions") ? "alibi" : "rope",
    };
  },
  /** Attention and feed-forward side by side share one norm (StableLM 2 12B). */
  parallelBlock: (reader) => ({
    normsPerLayer: reader.flag("use_parallel_residual", "parallel block") ? 1 : 2,
  }),
  /** OPT 350M normalises after its blocks, and so ends without a norm. */
  opt: (reader) => ({
    finalNorm: reader.flag({ key: "do_layer_norm_before", otherwise: true }, "norm before blocks"),
  }),
  /** Jina 3 turns positions where RoBERTa looks them up. */
  roberta: (reader) =>
    reader.string(["position_embedding_type"], "positions") === "rotary"
      ? { positions: "rope", gguf: "jina-bert-v3", paddingPositions: 0 }
      : {},
  /** Baichuan's 13B models have ALiBi positions; their files state no maximum of positions. */
  baichuan: (reader) =>
    reader.find(["max_position_embeddings"], "positions") === null ? { positions: "alibi" } : {},
  /** The first ChatGLM is a plain GPT with biases; its own key for the feed-forward gives it away. */
  chatglm: (reader) =>
    reader.find(["inner_hidden_size"], "feed-forward") === null
      ? {}
      : {
          gguf: null,
          tied: true,
          kvHeads: "queries",
          norm: "layer",
          normBias: true,
          qkvBias: true,
          outputBias: true,
          mlpBias: true,
          gated: false,
          fusedGateUp: false,
          activation: "gelu",
        },
  /** Laguna gates whole heads, or every element where its key is false or says so. */
  laguna: (reader) => {
    const gating = reader.find(["gating"], "gate of the attention")?.value;
    return gating === false || gating === "per-element" ? { outputGate: "matrix" } : {};
  },
  /** DeepSeek VL2's smallest model and DeepSeek OCR use the same class without the latent. */
  optionalLatent: (reader) =>
    reader.number("kvLoraRank") === null ||
    !reader.flag({ key: "use_mla", otherwise: true }, "latent")
      ? { full: "attention" }
      : {},
  /** Embedding models made from a decoder look both ways (EmbeddingGemma). */
  bidirectional: (reader) =>
    reader.find(["use_bidirectional_attention"], "looks both ways")?.value === true
      ? { causal: false, outputHead: false, gguf: "gemma-embedding" }
      : {},
  /** Nomic's encoders gate their feed-forward only with SwiGLU, which transformers 5 calls SiLU. */
  nomic: (reader) => {
    const stated = reader.string(["activation_function", "hidden_act"], "feed-forward");
    return { gated: stated === "swiglu" || stated === "silu" };
  },
  /** Doge with experts finds them by product keys, which no mixture here describes; without, it states them all the same. */
  doge: (reader) => {
    if (!reader.flag("is_moe", "experts on or off")) return { experts: { none: true } };
    throw unknownArchitecture("is_moe", "Experts found by product keys are not known.");
  },
  /** T5 1.1 and Flan gate their feed-forward and untie the head; `feed_forward_proj` says which. */
  t5: (reader) => {
    const projection = reader.string(["feed_forward_proj"], "feed-forward") ?? "relu";
    const gated = projection.startsWith("gated-");
    const classes = reader.list(["architectures"], "encoder alone or with decoder")?.values;
    const alone = classes?.[0] === "T5EncoderModel";
    return {
      gated,
      activation: gated ? "gelu_new" : projection,
      ...(alone
        ? { encoder: null, causal: false, outputHead: false, normsPerLayer: 2, gguf: "t5encoder" }
        : {}),
    };
  },
};

export function adjustTraits(reader: ConfigReader, traits: ClassTraits): ClassTraits {
  if (traits.adjust === null) return traits;
  const adjustment = ADJUSTMENTS[traits.adjust];
  if (adjustment === undefined) {
    throw unknownArchitecture("model_type", `No rule is named ${traits.adjust}.`);
  }
  return { ...traits, ...adjustment(reader, traits) };
}
