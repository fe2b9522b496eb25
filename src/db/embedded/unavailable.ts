/**
 * The one way this room fails: `DATABASE_UNAVAILABLE`, with a message for the person who started
 * Plimsoll. It names paths of the machine, so it is never shown to an API caller.
 */
import { PlimsollError } from "../../errors.ts";

/** Ends a message that nothing but another Postgres can cure. */
export const elsewhere =
  'Set DATABASE_URL to any PostgreSQL 14 or newer, or run "docker compose up", which brings its own.';

export function unavailable(message: string, cause?: unknown): PlimsollError {
  return new PlimsollError("DATABASE_UNAVAILABLE", message, { expose: false, cause });
}
