/** The words that listings use for modalities, as ours. Words without a counterpart are left out. */
import type { Modality } from "../../db/facts.ts";

const MODALITY_OF: ReadonlyMap<string, Modality> = new Map([
  ["text", "TEXT"],
  ["image", "IMAGE"],
  ["audio", "AUDIO"],
  ["video", "VIDEO"],
  ["embedding", "EMBEDDING"],
  ["embeddings", "EMBEDDING"],
]);

/** Null when none of the words is known, which says nothing. */
export function readModalities(words: string[] | null | undefined): Modality[] | null {
  const known = (words ?? []).flatMap((word) => MODALITY_OF.get(word.toLowerCase()) ?? []);
  return known.length === 0 ? null : [...new Set(known)];
}
