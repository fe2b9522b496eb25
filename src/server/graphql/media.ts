/**
 * The media type of an answer and of a question. The types that are not here (event streams,
 * multipart, forms) go through the GraphQL server's own HTTP handling.
 */
import { preferences, remembering } from "../http/negotiation.ts";

export const JSON_TYPE = "application/json";
export const RESPONSE_TYPE = "application/graphql-response+json";
export type AnswerType = typeof JSON_TYPE | typeof RESPONSE_TYPE;

/** A map, because clients choose the names that are looked up: an object knows `constructor`, too. */
const BY_RANGE = new Map<string, AnswerType>([
  [JSON_TYPE, JSON_TYPE],
  [RESPONSE_TYPE, RESPONSE_TYPE],
  ["application/*", JSON_TYPE],
  ["*/*", JSON_TYPE],
]);

/** The type that an `Accept` header asks for; null when it asks for none of the two, or a stream. */
const typeOfHeader = remembering((accept): AnswerType | null => {
  if (accept.includes("event-stream") || accept.includes("multipart/")) return null;
  if (/charset=(?!"?utf-8)/i.test(accept)) return null;
  const range = preferences(accept).find(({ name }) => BY_RANGE.has(name));
  return range ? BY_RANGE.get(range.name)! : null;
});

export function answerType(accept: string | undefined): AnswerType | null {
  return accept === undefined || accept === "" ? JSON_TYPE : typeOfHeader(accept);
}

/** Whether a `Content-Type` says JSON in UTF-8, which is what it is when no charset is given. */
export const isJson = remembering((contentType) =>
  /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(contentType),
);
