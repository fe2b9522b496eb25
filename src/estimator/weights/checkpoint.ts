/** Sizes of a safetensors checkpoint in a packed format, from the same tensor inventory as a GGUF's. */
import { CHECKPOINT_FORMATS, type CheckpointFormatName } from "../checkpoint-formats.ts";
import type { FileSizes } from "../profile.ts";
import type { Tensor } from "./tensor.ts";

const BF16 = 2;
const LINEAR = new Set(["attention", "feedForward", "experts", "mtp"]);

/** MXFP4 and NVFP4 releases of mixtures pack the experts alone; attention stays in 16 bits. */
const EXPERTS_ONLY = new Set<string>(["MXFP4"]);

export function checkpointSizes(tensors: Tensor[], name: CheckpointFormatName): FileSizes {
  const hasExperts = tensors.some((tensor) => tensor.part === "experts");
  const sizes: FileSizes = {
    bytes: 0,
    deviceBytes: 0,
    hostBytes: 0,
    cpuBytes: 0,
    mtpBytes: 0,
    activeBytes: 0,
  };
  let activeBytes = 0;
  for (const tensor of tensors) {
    if (tensor.modelElements === 0) continue;
    const bytes = Math.ceil(tensorBytes(tensor, name, hasExperts)) * tensor.repeats;
    if (tensor.part === "mtp") {
      sizes.mtpBytes += bytes;
      continue;
    }
    sizes.bytes += bytes;
    if (!tensor.host) activeBytes += Math.round(bytes * tensor.activeFraction);
  }
  sizes.activeBytes = activeBytes;
  sizes.deviceBytes = sizes.bytes;
  sizes.cpuBytes = sizes.bytes;
  return sizes;
}

function tensorBytes(tensor: Tensor, name: CheckpointFormatName, hasExperts: boolean): number {
  const format = CHECKPOINT_FORMATS[name];
  const wanted =
    EXPERTS_ONLY.has(name) && hasExperts ? tensor.part === "experts" : LINEAR.has(tensor.part);
  const embedding = tensor.part === "embedding" || tensor.part === "outputHead";
  const packed =
    tensor.storage === "quantizable" && (wanted || (embedding && format.packsEmbeddings));
  return packed ? format.matrixBytes(tensor.columns, tensor.rows) : tensor.modelElements * BF16;
}
