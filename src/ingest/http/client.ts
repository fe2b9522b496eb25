/**
 * The HTTP client of every source: a bounded `fetch`. One call makes as many attempts as it takes
 * (429, 5xx, lost connections and cut bodies are tried again with growing pauses), keeps within the
 * host's announced budget, and ends in a whole answer or one `PlimsollError`. It is our own because
 * retries must cover the body, not only the headers, and redirects must be checked one by one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { PlimsollError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { attempt } from "./attempt.ts";
import {
  type Announced,
  announcedIn,
  type Budget,
  BudgetUnavailable,
  heldBack,
  LocalBudget,
} from "./budget.ts";
import { rateLimited, redact } from "./failures.ts";
import { Gate } from "./gate.ts";

export interface HttpClientOptions {
  userAgent: string;
  log: Log;
  /** What each host allows; of this process alone unless one is given. */
  budget?: Budget;
  /** Requests to one host at the same time. */
  perHost?: number;
  /** Attempts in all, the first included. */
  attempts?: number;
  /** First pause between attempts; it doubles each time, with full jitter. */
  backoffMs?: number;
  /** The longest pause taken inside a call; a longer one is thrown, with `details.retryAfterMs`. */
  maxPauseMs?: number;
  /** Whole attempt, redirects and body included. */
  totalTimeoutMs?: number;
  /** Longest silence before the headers or between two pieces of the body. */
  idleTimeoutMs?: number;
  /** Largest body, counted after decompression. */
  maxBytes?: number;
}

export interface RequestOptions {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Bearer token; leaves only for the origin of the request's own URL. */
  token?: string | null;
  /** Sent as `If-None-Match`; the answer is then `notModified` when it still holds. */
  etag?: string | null;
  /** Hosts a redirect may lead to beside the request's own; `.example.org` means any below it. */
  redirectHosts?: string[];
  /** The upstream's rate bucket this request counts against, such as `api`. */
  bucket?: string;
  signal?: AbortSignal;
  maxBytes?: number;
  totalTimeoutMs?: number;
}

/** A complete answer with any status but 408, 429 and 5xx, which end as errors. */
export interface HttpAnswer {
  status: number;
  ok: boolean;
  notModified: boolean;
  headers: Headers;
  body: Uint8Array;
  /** Where the answer came from, after redirects. */
  url: string;
}

export interface HttpClient {
  /** Rejects with a `PlimsollError`, or with the signal's reason when the caller aborts. */
  request(url: string, options?: RequestOptions): Promise<HttpAnswer>;
}

export type HttpLimits = Required<Omit<HttpClientOptions, "log" | "budget">>;

const DEFAULTS = {
  perHost: 12,
  attempts: 4,
  backoffMs: 500,
  // One whole window of the Hub's rate limit, with some room.
  maxPauseMs: 330_000,
  totalTimeoutMs: 60_000,
  idleTimeoutMs: 15_000,
  maxBytes: 8 * 1024 * 1024,
};

/** Makes a client; share one per process, so that its bounds hold for all of it. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { log, budget = new LocalBudget(), ...rest } = options;
  const limits: HttpLimits = { ...DEFAULTS, ...rest };
  const gate = new Gate(limits.perHost);
  const onTheirWay = new Map<string, number>();

  async function request(url: string, options: RequestOptions = {}): Promise<HttpAnswer> {
    const { host } = new URL(url);
    const bucket = `${host} ${options.bucket ?? ""}`;
    for (let made = 1; ; made++) {
      try {
        return await sendOne(host, bucket, url, options);
      } catch (error) {
        if (!(error instanceof PlimsollError) || !error.retryable) throw error;
        if (error instanceof BudgetUnavailable) throw error;
        if (made >= limits.attempts) throw error;
        const backoff = Math.random() * limits.backoffMs * 2 ** made;
        const ms = Number(error.details.retryAfterMs ?? backoff);
        log.debug({ url: redact(url), code: error.code, made }, "trying again");
        await pause(ms, url, options.signal, error);
      }
    }
  }

  /** Takes from the budget when the request can leave at once: after waiting in line it may be another window's. */
  async function sendOne(host: string, bucket: string, url: string, options: RequestOptions) {
    for (;;) {
      const answer = await gate.run(host, async () => {
        const waitMs = await budget.take(bucket).catch(noBudget);
        return waitMs > 0 ? waitMs : tryOnce(bucket, url, options);
      });
      if (typeof answer !== "number") return answer;
      await pause(answer, url, options.signal);
    }
  }

  async function tryOnce(bucket: string, url: string, options: RequestOptions) {
    let announced: Announced | null = null;
    onTheirWay.set(bucket, (onTheirWay.get(bucket) ?? 0) + 1);
    try {
      return await attempt(url, options, limits, (headers) => {
        announced = announcedIn(headers, (onTheirWay.get(bucket) ?? 1) - 1);
      });
    } catch (error) {
      announced ??= heldBack(error);
      throw error;
    } finally {
      onTheirWay.set(bucket, (onTheirWay.get(bucket) ?? 1) - 1);
      if (announced !== null) await budget.learn(bucket, announced).catch(noBudget);
    }
  }

  async function pause(ms: number, url: string, signal?: AbortSignal, cause?: PlimsollError) {
    if (ms > limits.maxPauseMs) throw cause ?? rateLimited(url, ms);
    if (ms <= 0) return;
    log.debug({ host: new URL(url).host, pauseMs: Math.round(ms) }, "pausing");
    await sleep(ms, undefined, { signal });
  }

  return { request };
}

function noBudget(cause: unknown): never {
  throw new BudgetUnavailable(cause);
}
