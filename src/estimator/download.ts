/**
 * The size of a GGUF file to download: its tensors, and a header that is mostly the tokenizer. Memory
 * does not hold the header, so it appears nowhere else.
 */
import type { Interval } from "./estimate.ts";
import type { FileSizes, MemoryProfile } from "./profile.ts";

/** Bytes of header per vocabulary entry: 23 with scores alone, up to 65 with long lists of merges. */
const HEADER_PER_TOKEN: Interval = { low: 20, central: 40, high: 70 };

export function downloadBytes(profile: MemoryProfile, sizes: FileSizes): Interval {
  const tokens = profile.compute.vocabSize;
  const at = (end: keyof Interval) => sizes.bytes + tokens * HEADER_PER_TOKEN[end];
  return { low: at("low"), central: at("central"), high: at("high") };
}
