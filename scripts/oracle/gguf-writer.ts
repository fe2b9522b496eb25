/**
 * Writes a GGUF header: key-value pairs, and the names of tensors with no data behind them. Enough for
 * llama.cpp to simulate a model, since its no-allocation mode takes shapes from the metadata and never
 * reads weights. Format: GGUF version 3.
 */

/** Booleans, whole numbers (u32), strings, and lists of whole numbers; `float` marks an f32. */
export type GgufValue = boolean | number | string | number[] | { float: number };

const TYPES = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const;

const ALIGNMENT = 32;
const F32 = 0;

export function ggufHeader(
  metadata: Record<string, GgufValue>,
  tensors: Iterable<string> = [],
): Buffer {
  const names = [...tensors];
  const counts = [u64(names.length), u64(Object.keys(metadata).length)];
  const parts: Buffer[] = [Buffer.from("GGUF"), u32(3), ...counts];
  for (const [key, value] of Object.entries(metadata)) parts.push(text(key), ...pair(value));
  for (const [index, name] of names.entries()) {
    // One dimension of one element each; the reader insists on gapless, aligned offsets.
    parts.push(text(name), u32(1), u64(1), u32(F32), u64(index * ALIGNMENT));
  }
  const header = Buffer.concat(parts);
  return Buffer.concat([
    header,
    Buffer.alloc((ALIGNMENT - (header.length % ALIGNMENT)) % ALIGNMENT),
  ]);
}

function pair(value: GgufValue): Buffer[] {
  if (typeof value === "boolean") return [u32(TYPES.bool), Buffer.from([value ? 1 : 0])];
  if (typeof value === "number") return [u32(TYPES.uint32), u32(value)];
  if (typeof value === "string") return [u32(TYPES.string), text(value)];
  if (!Array.isArray(value)) return [u32(TYPES.float32), f32(value.float)];
  return [u32(TYPES.array), u32(TYPES.uint32), u64(value.length), ...value.map(u32)];
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}
