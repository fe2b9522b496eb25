/**
 * Extra layers that predict further tokens. A converter writes them behind the trunk: one ordinary
 * layer each, like the last one, a projection that joins token and state, and their norms.
 */
import type { Architecture } from "../architecture.ts";
import type { TensorList } from "./tensor.ts";

export function mtpTensors(
  list: TensorList,
  architecture: Architecture,
  layerTensors: (list: TensorList) => void,
): void {
  const { mtp, hiddenSize: hidden } = architecture;
  if (!mtp) return;
  const first = list.tensors.length;
  layerTensors(list);
  list.matrix("nextn.eh_proj", 2 * hidden, hidden);
  for (const norm of ["enorm", "hnorm", "shared_head_norm"]) {
    list.f32(`nextn.${norm}.weight`, hidden);
  }
  if (mtp.ownEmbeddings) {
    const vocab = architecture.ggufVocabSize ?? architecture.vocabSize;
    list.matrix("nextn.embed_tokens", hidden, vocab);
    list.matrix("nextn.shared_head_head", hidden, vocab);
  }
  for (const tensor of list.tensors.slice(first)) tensor.part = "mtp";
}
