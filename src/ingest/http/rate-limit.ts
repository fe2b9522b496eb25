/**
 * Rate limits as upstreams announce them: `Retry-After`, and the IETF draft's
 * `RateLimit: "api";r=499;t=120` (requests left, seconds to the reset). The budget counts requests
 * on their way too, so that parallel calls do not overdraw what the last answer promised.
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

interface Bucket {
  remaining: number;
  resetAt: number;
}

/** What is left of each host's bucket. Unknown until the first answer, and again after a reset. */
export class RateBudget {
  private readonly buckets = new Map<string, Bucket>();

  /** Milliseconds until a request may be sent; 0 for at once. */
  waitMs(key: string, now = Date.now()): number {
    const bucket = this.buckets.get(key);
    if (bucket === undefined || bucket.remaining > 0) return 0;
    return Math.max(0, bucket.resetAt - now);
  }

  /** Counts one request before it leaves. */
  spend(key: string, now = Date.now()): void {
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return;
    if (bucket.resetAt <= now) this.buckets.delete(key);
    else bucket.remaining--;
  }

  /** Takes over what an answer announces. Within one window the smaller count is the newer one. */
  learn(key: string, headers: Headers, now = Date.now()): void {
    const limit = parseRateLimit(headers.get("ratelimit"));
    if (limit === null) return;
    const resetAt = now + (limit.resetSeconds + 1) * 1000;
    const known = this.buckets.get(key);
    const sameWindow = known !== undefined && Math.abs(known.resetAt - resetAt) < 3000;
    const remaining = sameWindow ? Math.min(known.remaining, limit.remaining) : limit.remaining;
    this.buckets.set(key, { remaining, resetAt });
  }
}
