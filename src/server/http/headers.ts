/**
 * Headers of every answer, as the flat list of names and values that Node writes fastest. CORS is for
 * everyone without credentials: `*` needs no Origin to be looked at and shares no cookies.
 */
import type { ServerResponse } from "node:http";

export const COMMON_HEADERS: readonly string[] = [
  "access-control-allow-origin",
  "*",
  "access-control-expose-headers",
  "ETag, Retry-After, X-Plimsoll-Version",
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
];

/** For answers that add headers one by one. */
export function setCommonHeaders(res: ServerResponse): void {
  for (let at = 0; at < COMMON_HEADERS.length; at += 2) {
    res.setHeader(COMMON_HEADERS[at]!, COMMON_HEADERS[at + 1]!);
  }
}
