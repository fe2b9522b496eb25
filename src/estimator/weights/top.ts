/** Tensors outside of layers: embeddings, positions, final norm, output head. */
import type { Architecture } from "../architecture.ts";
import type { TensorList } from "./tensor.ts";

export function topTensors(list: TensorList, architecture: Architecture): void {
  const { hiddenSize: hidden, norms } = architecture;
  const narrow = architecture.narrowEmbedding;
  const embedded = narrow?.width ?? hidden;
  const positioned = narrow?.positions ? narrow.width : hidden;
  const vocab = architecture.ggufVocabSize ?? architecture.vocabSize;
  list.part = "embedding";
  list.matrix("token_embd", embedded, vocab, {
    host: true,
    modelElements: embedded * architecture.vocabSize,
  });
  if (architecture.learnedPositions > 0) {
    list.f32("position_embd.weight", positioned * architecture.learnedPositions, { host: true });
  }
  const types = architecture.tokenTypes ?? 0;
  if (types > 0) list.f32("token_types.weight", positioned * types, { host: true });
  if (narrow) {
    list.matrix("embd_proj_in", narrow.width, hidden);
    list.bias(narrow.bias, "embd_proj_in", hidden);
    if (narrow.narrowsAgain) list.matrix("embd_proj_out", hidden, narrow.width);
  }
  const perLayer = architecture.perLayerEmbedding;
  if (perLayer) {
    const layers = architecture.layers.reduce((sum, group) => sum + group.count, 0);
    const width = perLayer.width * layers;
    list.matrix("per_layer_token_embd", width, perLayer.ggufVocabSize ?? perLayer.vocabSize, {
      host: true,
      modelElements: width * perLayer.vocabSize,
    });
    list.matrix("per_layer_model_proj", hidden, width, { storage: "source" });
    list.f32("per_layer_proj_norm.weight", perLayer.width);
  }
  const altUp = architecture.altUp;
  if (altUp) {
    const square = { storage: "source", stacked: true } as const;
    list.matrix("altup_proj", hidden, hidden * (altUp.inputs - 1), square);
    list.matrix("altup_unembd_proj", hidden, hidden * (altUp.inputs - 1), square);
  }
  list.part = "norms";
  if (norms.afterEmbedding) list.norm("token_embd_norm", positioned, norms.bias);
  if (norms.final && norms.kind !== "none") list.norm("output_norm", hidden, norms.bias);
  if (architecture.ropeFactorElements > 0) {
    list.f32("rope_freqs.weight", architecture.ropeFactorElements, { modelElements: 0 });
  }
  list.part = "outputHead";
  const streams = architecture.hyperConnections?.streams ?? 0;
  if (streams > 0) {
    list.matrix("output_hc_fn", hidden * streams, streams, { storage: "source" });
    list.f32("output_hc_base.weight", streams);
    list.f32("output_hc_scale.weight", 1);
  }
  if (!architecture.outputHead) return;
  if (!architecture.tiedEmbeddings) {
    list.matrix("output", embedded, vocab, { modelElements: embedded * architecture.vocabSize });
  }
  list.bias(architecture.outputHeadBias, "output", vocab);
}
