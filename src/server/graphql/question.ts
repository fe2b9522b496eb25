/**
 * What is asked, before anything of it is parsed: the bytes that came and the media type wanted back.
 * Equal keys have equal answers at one state of the catalog; the first letter keeps the ways of asking
 * and the types apart, so that no body can pass for a URL.
 */
import type { IncomingMessage } from "node:http";
import { type AnswerType, RESPONSE_TYPE } from "./media.ts";
import { type Params, paramsOfBody, paramsOfSearch } from "./params.ts";

export interface Question {
  readonly key: string;
  readonly type: AnswerType;
  /** Whether the method promises to change nothing; only then may the client keep the answer. */
  readonly safe: boolean;
  /** Null when it is nothing ordinary. */
  params(): Params | null;
  /** The body that was read; null for a GET. */
  readonly body: Buffer | null;
}

/** The key of a GET, which is all that a hit needs. */
export function keyOfUrl(search: string, type: AnswerType): string {
  return (type === RESPONSE_TYPE ? "G" : "g") + search;
}

export function askedByUrl(search: string, type: AnswerType, key: string): Question {
  return { key, type, safe: true, body: null, params: () => paramsOfSearch(search) };
}

/** A POST, or a QUERY, which is a POST that changes nothing. */
export function askedByBody(req: IncomingMessage, body: Buffer, type: AnswerType): Question {
  const safe = req.method === "QUERY";
  const letter = safe ? "q" : "p";
  // Latin-1 keeps every byte as it is and is the cheapest to make.
  const key = (type === RESPONSE_TYPE ? letter.toUpperCase() : letter) + body.toString("latin1");
  return { key, type, safe, body, params: () => paramsOfBody(body) };
}
