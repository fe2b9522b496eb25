/**
 * A disk that is full, or that can only be read, seen in what Node or Postgres says of it. Both are
 * for the person who runs the machine to mend, and say so before anything else.
 */
import { messageOf, type PlimsollError } from "../../errors.ts";
import { unavailable } from "./unavailable.ts";

/** Node names the error, Postgres says the system's words for it: in English, as it is told to. */
const FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;
const READ_ONLY = /EROFS|Read-only file system/;

/** The failure in words if it is the disk's, else null. */
export function diskTrouble(home: string, error: unknown): PlimsollError | null {
  const text = messageOf(error);
  const said = text.split("\n").findLast((line) => FULL.test(line) || READ_ONLY.test(line));
  if (said === undefined) return null;
  const [what, advice] = FULL.test(said)
    ? ["is full", "Make room on it"]
    : ["can only be read", "Make it writable"]; // a failing disk is turned read-only by the system
  return unavailable(
    `The disk that holds ${home} ${what}: ${said.trim()}. ${advice}, or set PLIMSOLL_HOME to a folder on another one. What is there is kept.`,
    error,
  );
}
