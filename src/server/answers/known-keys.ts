/**
 * A map that is asked with a long key has to read all of it for its hash, and a question is often some
 * thousand characters: for a hit that is the largest single cost of ours. V8 keeps the hash with the
 * string, so the way out is to ask with the string that was asked with before. It is found by a few
 * characters and then compared, which is ten times cheaper. A key that is not found here is no loss.
 */

const SLOTS = 4_096;
/** Longer keys are left to the map, so that the slots hold 16 MB at most. */
const LONGEST = 4_096;
const TAIL = 24;
const SPREAD = 8;

export class KnownKeys {
  #slots: (string | undefined)[] = new Array(SLOTS);

  /** The equal string that was noted last, or the given one. */
  same(key: string): string {
    if (key.length > LONGEST) return key;
    const known = this.#slots[slotOf(key)];
    return known === key ? known : key;
  }

  note(key: string): void {
    if (key.length <= LONGEST) this.#slots[slotOf(key)] = key;
  }

  clear(): void {
    this.#slots = new Array(SLOTS);
  }
}

/** The end differs most, because variables stand there; the rest is looked at here and there. */
function slotOf(key: string): number {
  const { length } = key;
  let mixed = length;
  for (let at = Math.max(0, length - TAIL); at < length; at++) {
    mixed = (Math.imul(mixed, 31) + key.charCodeAt(at)) | 0;
  }
  const step = Math.floor(length / SPREAD) || 1;
  for (let at = 0; at < length; at += step) {
    mixed = (Math.imul(mixed, 31) + key.charCodeAt(at)) | 0;
  }
  return (mixed ^ (mixed >>> 16)) & (SLOTS - 1);
}
