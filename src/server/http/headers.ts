/**
 * Headers of every answer, as flat lists of names and values, which Node writes fastest. CORS is for
 * everyone without credentials: `*` needs no Origin to be looked at and shares no cookies.
 */
import type { ServerResponse } from "node:http";

/** For data. */
export const DATA_HEADERS: readonly string[] = [
  "access-control-allow-origin",
  "*",
  "access-control-expose-headers",
  "ETag, Retry-After, X-Plimsoll-Version",
  "x-content-type-options",
  "nosniff",
];

/** For what a browser may show, too: it loads nothing and stands in no frame. Pages loosen the policy. */
const COMMON_HEADERS = [
  ...DATA_HEADERS,
  ...["referrer-policy", "no-referrer"],
  ...["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
];

/** For answers that add headers one by one. */
export function setCommonHeaders(res: ServerResponse): void {
  for (let at = 0; at < COMMON_HEADERS.length; at += 2) {
    res.setHeader(COMMON_HEADERS[at]!, COMMON_HEADERS[at + 1]!);
  }
}
