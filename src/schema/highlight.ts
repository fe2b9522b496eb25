/** Which parts of a text a search found, so that a page can mark them without searching again. */

export interface TextPart {
  text: string;
  matched: boolean;
}

/** Two words are taken for one another when they share this much of their trigrams. */
const ALIKE = 0.3;

/** The text in parts, each found or not; null when nothing in it was found. */
export function highlight(text: string, words: string[]): TextPart[] | null {
  const marked = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (const [start, end] of placesOf(text, word)) marked.fill(true, start, end);
  }
  if (!marked.includes(true)) return null;
  const parts: TextPart[] = [];
  let start = 0;
  for (let end = 1; end <= text.length; end++) {
    if (end < text.length && marked[end] === marked[start]) continue;
    parts.push({ text: text.slice(start, end), matched: marked[start]! });
    start = end;
  }
  return parts;
}

/** Every place of the word; where there is none, the word of the text that is most like it. */
function placesOf(text: string, word: string): [start: number, end: number][] {
  // A few capitals become two characters, and places would no longer be those of the text.
  const lower = text.replace(/\p{Lu}/gu, (capital) => {
    const small = capital.toLowerCase();
    return small.length === capital.length ? small : capital;
  });
  const places: [number, number][] = [];
  for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + word.length)) {
    places.push([at, at + word.length]);
  }
  if (places.length > 0 || word.length < 4) return places;
  let best: { place: [number, number]; likeness: number } | null = null;
  for (const match of lower.matchAll(/\p{L}+/gu)) {
    const likeness = alikeness(word, match[0]);
    if (likeness < Math.max(ALIKE, best?.likeness ?? 0)) continue;
    best = { place: [match.index, match.index + match[0].length], likeness };
  }
  return best ? [best.place] : [];
}

/** The share of the word's trigrams that the other has too, as Postgres counts them. */
function alikeness(word: string, other: string): number {
  const [mine, theirs] = [trigrams(word), trigrams(other)];
  let shared = 0;
  for (const trigram of mine) if (theirs.has(trigram)) shared++;
  return shared / Math.max(mine.size, theirs.size);
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3)));
}
