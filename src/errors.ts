/**
 * The one error class of the project. Everything Plimsoll throws on purpose is a `PlimsollError`:
 * it has a stable `code` that clients and logs can match on, says whether trying again can help,
 * and whether its message may be shown to a caller. Any other error is a bug and is masked.
 */
export type ErrorCode =
  | "BAD_USER_INPUT" // an argument, option or setting is outside what is allowed
  | "BAD_CONFIGURATION" // an environment variable is missing or malformed
  | "UPSTREAM_UNAVAILABLE" // an upstream could not be reached, or answered 5xx
  | "UPSTREAM_RATE_LIMITED" // an upstream answered 429
  | "UPSTREAM_GATED" // the file exists but needs an accepted licence (401 or 403)
  | "UPSTREAM_MISSING" // the repository, revision or file does not exist
  | "UPSTREAM_INVALID" // an upstream answered something that cannot be read
  | "UPSTREAM_TOO_LARGE" // an upstream answered more than the bound allows
  | "UNKNOWN_ARCHITECTURE" // a config names an architecture the normaliser has not learned
  | "INVALID_CONFIG" // a config contradicts itself or lacks a required value
  | "DATABASE_UNAVAILABLE" // Postgres could not be started or reached
  | "EVENTS_COMPACTED" // the requested part of the change log is gone
  | "VERSION_NOT_REACHED" // this process has not seen the version that the client has
  | "ADMIN_DISABLED" // mutations are off, because no administrator's token is configured
  | "UNAUTHENTICATED" // the administrator's token is missing or wrong
  | "RATE_LIMITED" // the caller has asked more than its share
  | "SERVICE_UNAVAILABLE"; // shutting down, or overloaded

export interface PlimsollErrorOptions {
  /** True when the same call may succeed later; job runners retry only these. */
  retryable?: boolean;
  /** True when `message` may be shown to an API caller. */
  expose?: boolean;
  /** Machine-readable particulars, shown wherever the message is shown. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly expose: boolean;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: PlimsollErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PlimsollError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.expose = options.expose ?? true;
    this.details = options.details ?? {};
  }
}

/** Whether something was nested so deeply that whoever walked it ran out of stack; no other RangeError. */
export function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

/**
 * The message of anything thrown, for logs and reports; never throws itself. A failed query says what
 * the database said: the statement and its values do not belong into logs.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fromQuery = error.message.startsWith("Failed query") && error.cause instanceof Error;
  return fromQuery ? messageOf(error.cause) : error.message;
}
