/**
 * Weight formats of safetensors and MLX checkpoints. Linear layers are packed; embeddings, head, norms
 * and routers keep 16 bits unless the format says otherwise. Sizes follow each format's own layout:
 * codes, group scales, zero points, global scales.
 */

export interface CheckpointFormat {
  /** Bytes per weight that calculator pages use. */
  nominalBytesPerWeight: number;
  /** Bits of one packed weight, scales included, for large matrices. */
  bitsPerWeight: number;
  /** Bytes of a matrix of `rows` outputs and `columns` inputs. */
  matrixBytes: (columns: number, rows: number) => number;
  /** Embedding and head are packed too (MLX). */
  packsEmbeddings: boolean;
}

const BF16 = 2;
const F32 = 4;

/** Codes of `bits` with 16-bit scales, and optionally a zero point of `zeroBits`, per group. */
const grouped =
  (bits: number, group: number, zeroBits: number, extraPerColumn = 0) =>
  (columns: number, rows: number): number => {
    const groups = Math.ceil(columns / group) * rows;
    return (columns * rows * bits) / 8 + groups * (BF16 + zeroBits / 8) + extraPerColumn * columns;
  };

const format = (
  nominalBits: number,
  bitsPerWeight: number,
  matrixBytes: CheckpointFormat["matrixBytes"],
  packsEmbeddings = false,
): CheckpointFormat => ({
  nominalBytesPerWeight: nominalBits / 8,
  bitsPerWeight,
  matrixBytes,
  packsEmbeddings,
});

export const CHECKPOINT_FORMATS = {
  /** DeepSeek style: one F32 scale per 128 × 128 block. */
  FP8: format(
    8,
    8.002,
    (columns, rows) => columns * rows + Math.ceil(columns / 128) * Math.ceil(rows / 128) * F32,
  ),
  /** One scale per output channel (compressed-tensors, FBGEMM). */
  FP8_CHANNEL: format(8, 8.01, (columns, rows) => columns * rows + rows * BF16),
  INT8: format(8, 8.01, (columns, rows) => columns * rows + rows * BF16),
  /** Groups of 128 with a 16-bit scale and a 4-bit zero point. */
  AWQ: format(4, 4.156, grouped(4, 128, 4)),
  /** The same, and the group index of every input (`g_idx`, I32). */
  GPTQ: format(4, 4.156, grouped(4, 128, 4, 4)),
  /** compressed-tensors, symmetric, groups of 32 (Kimi K2 Thinking and later). */
  INT4_G32: format(4, 4.5, grouped(4, 32, 0)),
  /** bitsandbytes: an F32 absolute maximum per 64 weights. */
  NF4: format(
    4,
    4.5,
    (columns, rows) => (columns * rows) / 2 + Math.ceil((columns * rows) / 64) * F32,
  ),
  /** Double quantization: 8-bit maxima, with an F32 per 256 of them. */
  NF4_DOUBLE: format(4, 4.127, (columns, rows) => {
    const maxima = Math.ceil((columns * rows) / 64);
    return (columns * rows) / 2 + maxima + Math.ceil(maxima / 256) * F32;
  }),
  /** An FP8 scale per 16 weights and an F32 scale for weights and inputs. */
  NVFP4: format(
    4,
    4.5,
    (columns, rows) => (columns * rows) / 2 + Math.ceil(columns / 16) * rows + 2 * F32,
  ),
  /** A shared exponent per 32 weights. */
  MXFP4: format(4, 4.25, (columns, rows) => (columns * rows) / 2 + Math.ceil(columns / 32) * rows),
  /** Scale and bias per 64 weights, embeddings included. */
  MLX_4BIT: format(4, 4.5, grouped(4, 64, 16), true),
  MLX_8BIT: format(8, 8.5, grouped(8, 64, 16), true),
} as const satisfies Record<string, CheckpointFormat>;

export type CheckpointFormatName = keyof typeof CHECKPOINT_FORMATS;

export const CHECKPOINT_FORMAT_NAMES = Object.keys(CHECKPOINT_FORMATS) as CheckpointFormatName[];
