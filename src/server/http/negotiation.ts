/**
 * Choosing between forms of an answer by `Accept` and `Accept-Encoding`. Clients send the same few
 * headers again and again, so what was found out about one is remembered.
 */

/** Different headers that are remembered; a client that makes up more starts it anew. */
const REMEMBERED = 500;
/** No program sends a longer one by itself, so none is remembered. */
const LONGEST = 500;

interface Choice {
  name: string;
  quality: number;
}

/** The members of a header with their `q`, best first; those of equal quality stay in order. */
export function preferences(header: string): Choice[] {
  return header
    .toLowerCase()
    .split(",")
    .map((member) => {
      const [name = "", ...parameters] = member.split(";").map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return { name, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** The same function with a memory for the headers it has seen. */
export function remembering<Result>(read: (header: string) => Result): (header: string) => Result {
  const known = new Map<string, Result>();
  return (header) => {
    const found = known.get(header);
    if (found !== undefined) return found;
    const result = read(header);
    if (known.size >= REMEMBERED) known.clear();
    if (header.length <= LONGEST) known.set(header, result);
    return result;
  };
}

export type Encoding = "identity" | "gzip" | "br";

/** The best encoding that a client takes: Brotli before gzip where both are welcome. */
export const bestEncoding = remembering((header): Encoding => {
  const taken = preferences(header);
  const quality = (name: string) => taken.find((choice) => choice.name === name)?.quality ?? 0;
  if (quality("br") > 0 && quality("br") >= quality("gzip")) return "br";
  return quality("gzip") > 0 ? "gzip" : "identity";
});
