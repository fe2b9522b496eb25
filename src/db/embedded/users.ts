/**
 * Who uses the server. Several Plimsoll processes of one home share it, whichever started it, and
 * only the last to leave may stop it. Each holds a small file named by its process id; the file of a
 * process that died without leaving does not count.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspectProcess } from "./process.ts";

export interface UserMark {
  /** Removes this user's mark; true when no other live user is left. */
  leave(): boolean;
}

/** Marks this process as a user of the server of `home`. Done before the server is looked for. */
export function markUser(home: string): UserMark {
  const folder = join(home, "postgres.users");
  mkdirSync(folder, { recursive: true });
  const mark = join(folder, `${process.pid}-${randomUUID()}`);
  // The command line tells this process from a later one with the same id.
  writeFileSync(mark, inspectProcess(process.pid)?.command ?? "");
  return {
    leave() {
      rmSync(mark, { force: true });
      return readdirSync(folder).every((name) => !isLive(join(folder, name), name));
    },
  };
}

function isLive(path: string, name: string): boolean {
  const found = inspectProcess(Number.parseInt(name, 10));
  try {
    if (found !== null && (found.command ?? "") === readFileSync(path, "utf8")) return true;
    rmSync(path, { force: true });
  } catch {
    // Its owner removed it between the listing and the look.
  }
  return false;
}
