/** Asking while something is out: what comes back is data, a code, or wrong. */
import { post } from "../program.ts";

/** The server's own limit for a query is 20 s. */
const ANSWERED_WITHIN_MS = 25_000;

/** A question that no store has the answer of: `data`, the code of the error, or what went wrong. */
export async function askAnew(url: string, turn: number): Promise<string> {
  const text = `{ models(first: 2) { totalCount nodes { slug } } } # ${turn} ${Math.random()}`;
  try {
    const { data, errors } = await post(url, text, ANSWERED_WITHIN_MS);
    const code = errors?.[0]?.extensions?.code;
    if (code === "INTERNAL_SERVER_ERROR") return `internal error: ${errors![0]!.message}`;
    return errors ? (code ?? `no code: ${errors[0]!.message}`) : data ? "data" : "neither";
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
}
