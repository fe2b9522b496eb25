/** An answer that says no before any GraphQL is looked at, in the form of a GraphQL answer. */
import { Answer } from "../answers/answer.ts";
import { type AnswerType, JSON_TYPE, RESPONSE_TYPE } from "./media.ts";

export interface Refusal {
  /** HTTP status for clients that tell a GraphQL answer by its media type, and for odd requests. */
  status: number;
  code: string;
  message: string;
  details?: Record<string, unknown>;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** True when the request itself was well-formed: then `application/json` has status 200. */
  wellFormed?: boolean;
}

export function refuse(refusal: Refusal, type: AnswerType | null): Answer {
  const { status, code, message, details, retryAfter, wellFormed = false } = refusal;
  const extensions = {
    code,
    ...(retryAfter === undefined ? {} : { retryable: true }),
    ...(details === undefined ? {} : { details }),
  };
  const asJson = type !== RESPONSE_TYPE;
  return new Answer({
    status: asJson && wellFormed ? 200 : status,
    contentType: `${asJson ? JSON_TYPE : RESPONSE_TYPE}; charset=utf-8`,
    body: Buffer.from(JSON.stringify({ errors: [{ message, extensions }] })),
    tag: null,
    version: null,
    headers: retryAfter === undefined ? [] : ["retry-after", String(retryAfter)],
  });
}
