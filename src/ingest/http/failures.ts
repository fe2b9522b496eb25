/**
 * Turns everything that can go wrong on the way to an upstream into one `PlimsollError`. Messages
 * name the host and path and what happened; query strings, headers and bodies stay out, because
 * that is where secrets travel.
 */
import { PlimsollError } from "../../errors.ts";
import { retryAfterMs } from "./rate-limit.ts";

/** The URL without user, password, query and fragment. */
export function redact(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** An error for an answer that only time can mend (408, 429, 5xx); null for any other. */
export function statusFailure(status: number, headers: Headers, url: string): PlimsollError | null {
  if (status < 500 && status !== 408 && status !== 429) return null;
  const code = status === 429 ? "UPSTREAM_RATE_LIMITED" : "UPSTREAM_UNAVAILABLE";
  const wait = retryAfterMs(headers);
  const details = { url: redact(url), status, ...(wait === null ? {} : { retryAfterMs: wait }) };
  const asks = wait === null ? "" : `, asking to wait ${Math.ceil(wait / 1000)} s`;
  const message = `${redact(url)} answered ${status}${asks}`;
  return new PlimsollError(code, message, { retryable: true, details });
}

/** The host's budget is spent and comes back later than a call may wait. */
export function rateLimited(url: string, ms: number): PlimsollError {
  const message = `The rate limit of ${new URL(url).host} leaves nothing for ${Math.ceil(ms / 1000)} s`;
  const details = { url: redact(url), retryAfterMs: ms };
  return new PlimsollError("UPSTREAM_RATE_LIMITED", message, { retryable: true, details });
}

/** The answer is larger than the bound. */
export function tooLarge(url: string, maxBytes: number): PlimsollError {
  const message = `${redact(url)} answered more than ${maxBytes} bytes`;
  return new PlimsollError("UPSTREAM_TOO_LARGE", message, { details: { maxBytes } });
}

/** The answer arrived and makes no sense; the same request would get the same. */
export function invalid(url: string, what: string, details = {}): PlimsollError {
  return new PlimsollError("UPSTREAM_INVALID", `${redact(url)} ${what}`, {
    details: { url: redact(url), ...details },
  });
}

/** No complete answer arrived: refused, reset, unresolved, timed out or cut short. */
export function unreachable(url: string, cause: unknown): PlimsollError {
  return new PlimsollError("UPSTREAM_UNAVAILABLE", `${redact(url)}: ${reasonOf(cause)}`, {
    retryable: true,
    details: { url: redact(url) },
    cause,
  });
}

/** `fetch` says only "fetch failed"; the reason is in the chain of causes. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause !== undefined) return reasonOf(error.cause);
  return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? (error.message || error.name);
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name was not found",
  EAI_AGAIN: "the host name could not be resolved",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
};
