/**
 * One tensor of a GGUF file, as far as its size depends on it, and a builder that keeps the lists in
 * the other files of this folder short. Equal tensors of consecutive layers are one entry.
 */

export type TensorPart =
  | "embedding"
  | "outputHead"
  | "attention"
  | "feedForward"
  | "experts"
  | "norms"
  | "mtp";

/** What a quantizer may do with it: convert, keep in F32, or keep in the converter's 16-bit type. */
export type TensorStorage = "quantizable" | "f32" | "source";

export interface Tensor {
  /** GGUF name without the `blk.N.` prefix; quantizers read it. */
  name: string;
  /** First layer that has it; null outside of layers. */
  layer: number | null;
  /** Consecutive layers that have it. */
  repeats: number;
  /** Row length (`ne[0]`), which a block must divide. */
  columns: number;
  /** Rows, over all experts or heads. */
  rows: number;
  /** True for stacked matrices (experts, absorbed MLA heads): `ne[2] > 1`. */
  stacked: boolean;
  storage: TensorStorage;
  part: TensorPart;
  /** Share of the elements that one token touches. */
  activeFraction: number;
  /** Elements that count as learned parameters of the published model; 0 for converter-made tensors. */
  modelElements: number;
  /** Stays in host memory even when every layer is offloaded. */
  host: boolean;
}

type Extra = Partial<
  Pick<Tensor, "storage" | "stacked" | "activeFraction" | "modelElements" | "host" | "part">
>;

export class TensorList {
  readonly tensors: Tensor[] = [];
  part: TensorPart = "attention";
  /** Encoder-decoders call it `attn_o`, which quantizers do not recognise. */
  attentionOutput = "attn_output";
  layer: number | null = null;
  repeats = 1;

  /** A matrix that quantizers convert. */
  matrix(name: string, columns: number, rows: number, extra: Extra = {}): void {
    if (columns <= 0 || rows <= 0) return;
    this.tensors.push({
      name: `${name}.weight`,
      layer: this.layer,
      repeats: this.repeats,
      columns,
      rows,
      stacked: false,
      storage: "quantizable",
      part: this.part,
      activeFraction: 1,
      modelElements: columns * rows,
      host: false,
      ...extra,
    });
  }

  /** A vector or small matrix that is always F32. `name` carries its own suffix. */
  f32(name: string, elements: number, extra: Extra = {}): void {
    this.matrix(name, elements, 1, { storage: "f32", ...extra });
  }

  /** A norm's vector, and its bias where it has one. */
  norm(name: string, elements: number, bias: boolean): void {
    this.f32(`${name}.weight`, elements);
    this.bias(bias, name, elements);
  }

  /** Learned scalars that a GGUF keeps in its metadata instead of a tensor. */
  metadata(name: string, elements: number): void {
    this.f32(name, elements);
    this.tensors.at(-1)!.rows = 0;
  }

  /** Adds a bias when `present`. */
  bias(present: boolean, name: string, elements: number, extra: Extra = {}): void {
    if (present) this.f32(`${name}.bias`, elements, extra);
  }
}
