/**
 * Rate limits as upstreams announce them: `Retry-After`, and the IETF draft's
 * `RateLimit: "api";r=499;t=120` (requests left, seconds to the reset) with its
 * `RateLimit-Policy: "fixed window";"api";q=500;w=300` (requests per window, seconds of one).
 */

/** How long the answer asks us to wait, in milliseconds; null when it does not say. */
export function retryAfterMs(headers: Headers, now = Date.now()): number | null {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = Number(after);
    if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  const limit = parseRateLimit(headers.get("ratelimit"));
  // The header comes with every answer: it asks for patience only when nothing is left.
  return limit !== null && limit.remaining === 0 ? (limit.resetSeconds + 1) * 1000 : null;
}

export interface RateLimit {
  remaining: number;
  resetSeconds: number;
}

/** Reads the first policy of a `RateLimit` header; null when there is none to read. */
export function parseRateLimit(header: string | null): RateLimit | null {
  const remaining = header?.match(/;\s*r=(\d+)/)?.[1];
  const reset = header?.match(/;\s*t=(\d+)/)?.[1];
  if (remaining === undefined || reset === undefined) return null;
  return { remaining: Number(remaining), resetSeconds: Number(reset) };
}

export interface RatePolicy {
  quota: number;
  windowSeconds: number;
}

/** Reads the first policy of a `RateLimit-Policy` header; null when there is none to read. */
export function parseRatePolicy(header: string | null): RatePolicy | null {
  const quota = header?.match(/;\s*q=(\d+)/)?.[1];
  const window = header?.match(/;\s*w=(\d+)/)?.[1];
  if (quota === undefined || window === undefined) return null;
  return { quota: Number(quota), windowSeconds: Number(window) };
}
