/**
 * Telling a database that cannot answer now from a statement that is wrong. The first passes by
 * itself and is said so to whoever asked; the second is a bug.
 */
import { messageOf, PlimsollError } from "../errors.ts";

/** What Node and postgres.js say of a connection that was not had, or was lost. */
const CONNECTION_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
]);

/** The same from node-postgres, which the queue uses and which gives these no code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout (expired|exceeded when trying to connect)|Query read timeout)/;

/** Out of connections, memory or disk; shutting down or starting; a disk that fails. */
const UNAVAILABLE = /^(08|53|58|57P0[1-5])/;
const READ_ONLY = "25006";
const CANCELLED = "57014";
/** Postgres calls a disk that turned read-only a lack of rights; it says "permission" of all others. */
const FORBIDDEN = "42501";
const FILE_FAILED = /^could not .*\bfile\b/;
/** Two transactions in each other's way; one was ended for the other's sake. */
const CONFLICT = /^40/;

/** Whether the connection itself is gone, and with it whatever was open on it. */
export function isLostConnection(error: unknown): boolean {
  return CONNECTION_CODES.has(codeOf(error) ?? "");
}

/** Ways in which waiting helps: where the database is right but not there. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && (CONNECTION_CODES.has(code) || UNAVAILABLE.test(code));
}

/** The failure in words for a caller, or null where the database is not what failed. */
export function databaseFailure(error: unknown): PlimsollError | null {
  const code = codeOf(error);
  if (code === null) return null;
  const say = (message: string, which: "DATABASE_UNAVAILABLE" | "SERVICE_UNAVAILABLE") =>
    new PlimsollError(which, message, { retryable: true, cause: error });
  if (isUnreachable(error)) {
    return say("The database cannot be reached at the moment. Try again.", "DATABASE_UNAVAILABLE");
  }
  if (code === READ_ONLY) {
    return say("The database takes no writes at the moment. Try again.", "DATABASE_UNAVAILABLE");
  }
  if (code === FORBIDDEN && FILE_FAILED.test(innermost(error).message)) {
    return say(
      "The database cannot use its disk at the moment. Try again.",
      "DATABASE_UNAVAILABLE",
    );
  }
  if (code === CANCELLED)
    return say("The database took too long to answer.", "SERVICE_UNAVAILABLE");
  if (CONFLICT.test(code)) {
    return say("Another change came in between. Try again.", "SERVICE_UNAVAILABLE");
  }
  return null;
}

/** Why, for the log: the code and what the database or the network said. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code === null ? messageOf(error) : `${code}: ${messageOf(error)}`;
}

function innermost(error: unknown): Error {
  let found = error as Error;
  while (found.cause instanceof Error) found = found.cause;
  return found;
}

/** The code of the innermost error; Drizzle wraps what the driver throws. */
function codeOf(error: unknown): string | null {
  let code: string | null = null;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof PlimsollError) return null;
    if ("code" in cause && typeof cause.code === "string") code = cause.code;
    else if (CONNECTION_MESSAGES.test(cause.message)) code = "CONNECTION_CLOSED";
  }
  return code;
}
