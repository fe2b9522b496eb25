/** Tensors of the attention mixers: ordinary, latent, compressed, and the indexers beside them. */
import type {
  AttentionMixer,
  CompressedAttentionMixer,
  LatentAttentionMixer,
  SparseIndexer,
} from "../architecture.ts";
import type { TensorList } from "./tensor.ts";

export function attentionTensors(list: TensorList, mixer: AttentionMixer, model: number): void {
  const { heads, kvHeads, keyDim, valueDim, weights } = mixer;
  if (weights.borrowed) return;
  const hidden = mixer.inputWidth ?? model;
  const query = heads * keyDim * (weights.outputGate === "element" ? 2 : 1);
  const key = kvHeads * keyDim;
  const value = kvHeads * valueDim;
  // A layer that reads another layer's cache has no key and value projections of its own in the
  // published model; Gemma 3n's converter nevertheless writes them.
  const shared = mixer.cache === "shared";
  const ghost = shared ? { modelElements: 0 } : {};
  const stored = !shared || mixer.weights.storedWhenShared === true;
  if (weights.fusedQkv) {
    list.matrix("attn_qkv", hidden, query + key + value);
    list.bias(weights.qkvBias, "attn_qkv", query + key + value);
  } else {
    if (weights.queryRank !== undefined) {
      list.matrix("attn_q_a", hidden, weights.queryRank);
      list.f32("attn_q_a_norm.weight", weights.queryRank);
      list.matrix("attn_q_b", weights.queryRank, query);
    } else if (!weights.queryExperts) {
      list.matrix("attn_q", hidden, query);
    }
    list.bias(weights.qkvBias, "attn_q", query);
    if (stored) {
      list.matrix("attn_k", hidden, key, ghost);
      list.bias(weights.qkvBias && !weights.keyUnbiased, "attn_k", key, ghost);
      if (!weights.keyIsValue) list.matrix("attn_v", hidden, value, ghost);
      list.bias(weights.qkvBias && !weights.keyIsValue, "attn_v", value, ghost);
    }
  }
  if (weights.queryExperts) queryExperts(list, mixer, weights.queryExperts, hidden);
  else list.matrix(list.attentionOutput, heads * valueDim, model);
  list.bias(weights.outputBias, list.attentionOutput, model);
  if (weights.qkNorm !== "none") {
    const full = weights.qkNorm === "full";
    list.f32("attn_q_norm.weight", full ? heads * keyDim : keyDim);
    if (stored) list.f32("attn_k_norm.weight", full ? key : keyDim, ghost);
  }
  if (weights.sinks) list.f32("attn_sinks.weight", heads);
  if (weights.outputGate === "matrix") list.matrix("attn_gate", hidden, heads * keyDim);
  if (weights.outputGate === "head") list.matrix("attn_gate", hidden, heads);
  if (mixer.indexer?.stored) blockIndexer(list, mixer.indexer, hidden);
}

/** Every expert has the queries of one group of heads: as many as there are key heads. */
function queryExperts(
  list: TensorList,
  { heads, keyDim, valueDim }: AttentionMixer,
  { experts, active }: { experts: number; active: number },
  hidden: number,
): void {
  const routed = { stacked: true, activeFraction: active / experts };
  list.matrix("attn_gate_inp", hidden, experts, { storage: "f32" });
  list.matrix("attn_q_exps", hidden, (experts * heads * keyDim) / active, routed);
  list.matrix("attn_output_exps", (heads * valueDim) / active, experts * hidden, routed);
}

/** MiniMax M3: projections too small to quantize. */
function blockIndexer(list: TensorList, indexer: SparseIndexer, hidden: number): void {
  const width = indexer.heads * indexer.headDim;
  list.matrix("indexer.q_proj", hidden, width, { storage: "source" });
  list.matrix("indexer.k_proj", hidden, indexer.headDim, { storage: "source" });
  list.f32("indexer.q_norm.weight", indexer.headDim);
  list.f32("indexer.k_norm.weight", indexer.headDim);
}

export function latentTensors(
  list: TensorList,
  mixer: LatentAttentionMixer,
  hidden: number,
  expanded: boolean,
): void {
  const { heads, qLoraRank, kvLoraRank, nopeHeadDim, ropeHeadDim, valueDim } = mixer;
  const query = heads * (nopeHeadDim + ropeHeadDim);
  if (qLoraRank === null) {
    list.matrix("attn_q", hidden, query);
  } else {
    list.matrix("attn_q_a", hidden, qLoraRank);
    list.f32("attn_q_a_norm.weight", qLoraRank);
    list.matrix("attn_q_b", qLoraRank, query);
  }
  list.matrix("attn_kv_a_mqa", hidden, kvLoraRank + ropeHeadDim);
  list.f32("attn_kv_a_norm.weight", kvLoraRank);
  if (expanded) {
    list.matrix("attn_kv_b", kvLoraRank, heads * (nopeHeadDim + valueDim));
  } else {
    list.matrix("attn_k_b", nopeHeadDim, kvLoraRank * heads, { stacked: heads > 1 });
    list.matrix("attn_v_b", kvLoraRank, valueDim * heads, { stacked: heads > 1 });
  }
  list.matrix("attn_output", heads * valueDim, hidden);
  const { indexer } = mixer;
  if (indexer?.stored) {
    list.f32("indexer.k_norm.weight", indexer.headDim);
    list.bias(true, "indexer.k_norm", indexer.headDim);
    list.matrix("indexer.proj", hidden, indexer.heads);
    list.matrix("indexer.attn_k", hidden, indexer.headDim);
    list.matrix("indexer.attn_q_b", qLoraRank ?? hidden, indexer.heads * indexer.headDim);
  }
}

export function compressedTensors(
  list: TensorList,
  mixer: CompressedAttentionMixer,
  hidden: number,
): void {
  const { heads, headDim, qLoraRank, outputGroups, outputLoraRank, ratio, indexer } = mixer;
  list.f32("attn_sinks.weight", heads);
  list.matrix("attn_q_a", hidden, qLoraRank);
  list.f32("attn_q_a_norm.weight", qLoraRank);
  list.matrix("attn_q_b", qLoraRank, heads * headDim);
  list.matrix("attn_kv", hidden, headDim);
  list.f32("attn_kv_a_norm.weight", headDim);
  list.matrix("attn_output_a", (heads * headDim) / outputGroups, outputLoraRank * outputGroups);
  list.matrix("attn_output_b", outputGroups * outputLoraRank, hidden);
  if (ratio === 0) return;
  const width = (indexer === null ? 1 : 2) * headDim;
  list.matrix("attn_compressor_kv", hidden, width);
  list.matrix("attn_compressor_gate", hidden, width);
  list.matrix("attn_compressor_ape", width, ratio, { storage: "source" });
  list.f32("attn_compressor_norm.weight", headDim);
  if (indexer === null) return;
  list.matrix("indexer.proj", hidden, indexer.heads);
  list.matrix("indexer.attn_q_b", qLoraRank, indexer.heads * indexer.headDim);
  list.matrix("indexer_compressor_kv", hidden, 2 * indexer.headDim);
  list.matrix("indexer_compressor_gate", hidden, 2 * indexer.headDim);
  list.matrix("indexer_compressor_ape", 2 * indexer.headDim, ratio, { storage: "source" });
  list.f32("indexer_compressor_norm.weight", indexer.headDim);
}
