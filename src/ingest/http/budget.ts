/**
 * How many requests a host still allows. A budget is shared by everyone who spends from it: by the
 * calls of one process (here), or by all workers (`ingest/budget`). It counts requests before they
 * leave, so that parallel calls do not overdraw what the last answer promised, and knows from the
 * announced policy how much the next window brings.
 */
import { PlimsollError } from "../../errors.ts";
import { parseRateLimit, parseRatePolicy } from "./rate-limit.ts";

export interface Budget {
  /** Takes one request of a bucket: 0 when it may leave now, else milliseconds until to ask again. */
  take(bucket: string): Promise<number>;
  /** Takes over what an answer announced. */
  learn(bucket: string, announced: Announced): Promise<void>;
}

/** The budget that workers share cannot be asked: trouble of our own, and no word about the upstream. */
export class BudgetUnavailable extends PlimsollError {
  constructor(cause: unknown) {
    const message = "The rate budget that workers share cannot be reached.";
    super("SERVICE_UNAVAILABLE", message, { retryable: true, cause });
  }
}

export interface Announced {
  /** Requests left, those on their way already taken off. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
  /** Requests of a whole window, and its length; null when the host does not say. */
  quota: number | null;
  windowMs: number | null;
}

/** Announcements of one window differ by less than this, because they are rounded to seconds. */
export const SAME_WINDOW_MS = 3000;
/** Added to what a host says, because it says it in whole seconds. */
const MARGIN_MS = 1000;
/** A host that asks for more than this is not believed for all workers. */
const LONGEST_HOLD_MS = 3_600_000;

/** What the headers of an answer announce; null when they say nothing. */
export function announcedIn(headers: Headers, onTheirWay: number): Announced | null {
  const limit = parseRateLimit(headers.get("ratelimit"));
  if (limit === null) return null;
  const policy = parseRatePolicy(headers.get("ratelimit-policy"));
  return {
    remaining: Math.max(0, limit.remaining - onTheirWay),
    resetMs: limit.resetSeconds * 1000 + MARGIN_MS,
    quota: policy?.quota ?? null,
    windowMs: policy === null ? null : policy.windowSeconds * 1000 + MARGIN_MS,
  };
}

/** A 429 that says only for how long, which goes for everybody; null for any other failure. */
export function heldBack(error: unknown): Announced | null {
  if (!(error instanceof PlimsollError) || error.code !== "UPSTREAM_RATE_LIMITED") return null;
  const asked = error.details.retryAfterMs;
  if (typeof asked !== "number") return null;
  const resetMs = Math.min(asked, LONGEST_HOLD_MS);
  return { remaining: 0, resetMs, quota: null, windowMs: null };
}

interface Bucket extends Announced {
  resetAt: number;
}

/** A budget of this process alone. */
export class LocalBudget implements Budget {
  private readonly buckets = new Map<string, Bucket>();

  async take(key: string, now = Date.now()): Promise<number> {
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return 0;
    if (bucket.resetAt <= now) {
      if (bucket.quota === null || bucket.windowMs === null) {
        this.buckets.delete(key);
        return 0;
      }
      Object.assign(bucket, { remaining: bucket.quota, resetAt: now + bucket.windowMs });
    }
    if (bucket.remaining <= 0) return bucket.resetAt - now;
    bucket.remaining--;
    return 0;
  }

  /** Requests left of the scarcest bucket; null while no host has announced any. */
  remaining(): number | null {
    const left = [...this.buckets.values()].map((bucket) => bucket.remaining);
    return left.length > 0 ? Math.max(0, Math.min(...left)) : null;
  }

  /** Within one window the smaller count is the newer one; an answer of an older window is late. */
  async learn(key: string, announced: Announced, now = Date.now()): Promise<void> {
    const resetAt = now + announced.resetMs;
    const known = this.buckets.get(key);
    const ahead = known === undefined ? Infinity : resetAt - known.resetAt;
    if (ahead < -SAME_WINDOW_MS && known !== undefined && known.resetAt > now) return;
    const sameWindow = known !== undefined && ahead < SAME_WINDOW_MS;
    const remaining = sameWindow
      ? Math.min(known.remaining, announced.remaining)
      : announced.remaining;
    this.buckets.set(key, { ...announced, remaining, resetAt });
  }
}
