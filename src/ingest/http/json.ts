/**
 * Reads a JSON answer with a zod schema. What does not parse or does not fit is one error that
 * names the place in the document, never its content.
 */
import type * as z from "zod";
import type { HttpAnswer } from "./client.ts";
import { invalid } from "./failures.ts";

/** The answer's body as the schema's type. Throws `UPSTREAM_INVALID`. */
export function parseJson<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(textOf(answer));
  } catch {
    const type = answer.headers.get("content-type") ?? "no content type";
    throw invalid(answer.url, `answered something that is not JSON (${type})`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join(".") || "the top level";
  throw invalid(answer.url, `answered JSON of an unexpected shape at ${place}: ${issue?.message}`);
}

/** The body as text; bytes that are not UTF-8 become replacement characters. */
export function textOf(answer: HttpAnswer): string {
  return new TextDecoder().decode(answer.body);
}
