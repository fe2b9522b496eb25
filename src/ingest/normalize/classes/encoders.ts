/** Encoders: BERT and what came after it. They read the whole input at once, and cache nothing. */
import { BIASED, type ClassTraits, type ExtraRow, type ModelClass, row } from "./types.ts";

const BERT: ClassTraits = {
  ...BIASED,
  gguf: "bert",
  pooler: "pooled",
  causal: false,
  outputHead: false,
  tied: true,
  normAfterEmbedding: true,
  finalNorm: false,
  positions: "learned",
  defaults: {
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    intermediate_size: 3072,
    max_position_embeddings: 512,
    type_vocab_size: 2,
  },
};

/** Only the last matrix of the feed-forward has a bias. */
const ONLY_DOWN_BIAS = { mlpBias: false, extras: [{ columns: ["hidden"] }] } as const;

const NARROW = { key: "embedding_size", positions: true, bias: false } as const;

const DEBERTA: ClassTraits = {
  ...BERT,
  pooler: "none",
  gguf: null,
  positions: "relative",
  narrow: NARROW,
  defaults: { ...BERT.defaults, type_vocab_size: 0 },
};

/** Longformer's queries, keys and values for tokens that see everything, beside those for neighbours. */
export const GLOBAL_PROJECTIONS: readonly ExtraRow[] = Array.from({ length: 3 }, () => [
  { columns: ["hidden"], rows: ["hidden"] },
  { columns: ["hidden"] },
]).flat();

export const ENCODER_CLASSES: readonly ModelClass[] = [
  row("bert", { architectures: ["BertModel", "BertForMaskedLM"] }, BERT),
  row(
    "roberta xlm-roberta xlm-roberta-xl camembert",
    {
      architectures: ["RobertaModel", "XLMRobertaModel", "CamembertModel"],
      adjust: "roberta",
      paddingPositions: 2,
      defaults: { max_position_embeddings: 514, type_vocab_size: 1 },
    },
    BERT,
  ),
  row("data2vec-text", { paddingPositions: 2, defaults: { type_vocab_size: 1 } }, BERT),
  row("big_bird", { gguf: null }, BERT),
  row("megatron-bert", { gguf: null, normAfterEmbedding: false, finalNorm: true }, BERT),
  row(
    "jina_bert",
    {
      gguf: "jina-bert-v2",
      architectures: ["JinaBertModel", "JinaBertForMaskedLM"],
      positions: "alibi",
      gated: true,
      fusedGateUp: true,
      ...ONLY_DOWN_BIAS,
    },
    BERT,
  ),
  row("mpnet", { paddingPositions: 2, defaults: { type_vocab_size: 0 } }, BERT),
  row("ernie", {}, BERT),
  row("electra", { pooler: "discriminator", narrow: { ...NARROW, bias: true } }, BERT),
  row(
    "albert",
    { gguf: null, narrow: { ...NARROW, bias: true }, storedLayersKey: "num_hidden_groups" },
    BERT,
  ),
  row(
    "xlnet",
    {
      architectures: ["XLNetLMHeadModel"],
      pooler: "none",
      gguf: null,
      outputHead: true,
      outputHeadBias: true,
      normAfterEmbedding: false,
      positions: "relative",
      qkvBias: false,
      outputBias: false,
      denseWidthKey: "d_inner",
      // Positions have a projection of their own, and three biases stand in the scores.
      extras: [
        { columns: ["hidden"], rows: ["hidden"] },
        ...Array.from({ length: 5 }, () => ({ columns: ["hidden"] })),
      ],
      defaults: { type_vocab_size: 0 },
    },
    BERT,
  ),
  row("longformer", { gguf: null, paddingPositions: 2, extras: GLOBAL_PROJECTIONS }, BERT),
  row(
    "distilbert",
    { pooler: "none", architectures: ["DistilBertModel"], defaults: { type_vocab_size: 0 } },
    BERT,
  ),
  row("deberta-v2", {}, DEBERTA),
  row(
    "deberta",
    {
      keyUnbiased: true,
      fusedQkv: true,
      // Positions have projections of their own, as keys without a bias and as queries with one.
      extras: [
        { columns: ["hidden"], rows: ["hidden"], onlyIf: "relative_attention" },
        { columns: ["hidden"], rows: ["hidden"], onlyIf: "relative_attention" },
        { columns: ["hidden"], onlyIf: "relative_attention" },
      ],
    },
    DEBERTA,
  ),
  row(
    "nomic_bert",
    {
      pooler: "none",
      gguf: "nomic-bert",
      architectures: ["NomicBertModel"],
      positions: "rope",
      gated: true,
      activation: "silu",
      qkvBias: "qkv_proj_bias",
      outputBias: "qkv_proj_bias",
      mlpBias: "mlp_fc1_bias",
      fusedQkv: true,
      experts: { optional: true, gated: false, layers: { every: 2, offset: 1 } },
      ggufMoe: "nomic-bert-moe",
      adjust: "nomic",
    },
    BERT,
  ),
  row(
    "new gte",
    {
      pooler: "none",
      gguf: null,
      architectures: ["NewModel"],
      positions: "rope",
      gated: true,
      fusedQkv: true,
      fusedGateUp: true,
      ...ONLY_DOWN_BIAS,
    },
    BERT,
  ),
  row(
    "modernbert",
    {
      pooler: "none",
      gguf: "modern-bert",
      architectures: ["ModernBertModel", "ModernBertForMaskedLM"],
      positions: "rope",
      normBias: "norm_bias",
      finalNorm: true,
      gated: true,
      fusedQkv: true,
      fusedGateUp: true,
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      mlpBias: "mlp_bias",
      window: { layers: { fullEvery: 3, fullAt: "first" } },
      defaults: {
        local_attention: 128,
        global_attn_every_n_layers: 3,
        max_position_embeddings: 8192,
        type_vocab_size: 0,
      },
    },
    BERT,
  ),
  row(
    "modernbert-decoder",
    {
      pooler: "none",
      architectures: ["ModernBertDecoderForCausalLM"],
      gguf: null,
      causal: true,
      outputHead: true,
      outputHeadBias: { key: "decoder_bias", otherwise: true },
      positions: "rope",
      normBias: "norm_bias",
      finalNorm: true,
      gated: true,
      fusedGateUp: true,
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      mlpBias: "mlp_bias",
      window: { layers: { fullEvery: 3, fullAt: "first" } },
      defaults: { local_attention: 128, global_attn_every_n_layers: 3 },
    },
    BERT,
  ),
  row(
    "eurobert",
    {
      pooler: "none",
      norm: "rms",
      normBias: false,
      normAfterEmbedding: false,
      finalNorm: true,
      kvHeads: "grouped",
      positions: "rope",
      gated: true,
      qkvBias: "attention_bias",
      outputBias: "attention_bias",
      mlpBias: "mlp_bias",
      activation: "silu",
      gguf: "eurobert",
      defaults: { type_vocab_size: 0 },
    },
    BERT,
  ),
];
