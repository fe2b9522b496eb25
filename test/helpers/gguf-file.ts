/** Small GGUF files, byte by byte: a header with its metadata and tensor list, and zeros for weights. */
import { text, u32, u64 } from "../../scripts/oracle/gguf-writer.ts";

export interface GgufTensor {
  name: string;
  shape: number[];
  /** Number of ggml's type, such as 12 for Q4_K. */
  type: number;
}

const UINT32 = 4;
const STRING = 8;
/** Readers check that weights could fit in the file; so many bytes are enough for a test. */
const MOST_WEIGHTS = 1_000_000;

/** A file of version 3; text and whole numbers are all that its metadata can hold. */
export function ggufFile(metadata: Record<string, string | number>, tensors: GgufTensor[]): Buffer {
  const entries = Object.entries(metadata).map(([key, value]) =>
    typeof value === "string"
      ? Buffer.concat([text(key), u32(STRING), text(value)])
      : Buffer.concat([text(key), u32(UINT32), u32(value)]),
  );
  const infos = tensors.map(({ name, shape, type }) =>
    Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(0)]),
  );
  const counts = [u32(3), u64(tensors.length), u64(entries.length)];
  const elements = tensors.flatMap(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const weights = Buffer.alloc(
    Math.min(
      MOST_WEIGHTS,
      elements.reduce((a, b) => a + b, 0),
    ),
  );
  return Buffer.concat([Buffer.from("GGUF"), ...counts, ...entries, ...infos, weights]);
}
