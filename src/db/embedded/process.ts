/**
 * Looking at other processes by id: is it alive, what is it, where does it work? A process id in a
 * file proves little: ids are reused, and a killed process that nobody waits for stays as a zombie
 * that still answers signals. A process of another user counts as absent, as Postgres itself rules.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

export interface RunningProcess {
  /**
   * Command line, arguments joined by blanks. Empty for a part of the kernel, which may come to bear
   * an old server's id after a reboot; null where the platform does not tell.
   */
  command: string | null;
  /** Working folder; null where the platform does not tell. */
  folder: string | null;
}

/** The process with this id, or null when it is gone, a zombie, or not ours to signal. */
export function inspectProcess(pid: number): RunningProcess | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch {
    return null;
  }
  if (process.platform === "linux") return inspectLinux(pid);
  return process.platform === "win32" ? { command: null, folder: null } : inspectWithPs(pid);
}

function inspectLinux(pid: number): RunningProcess | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name in brackets may hold anything, so the state is what follows the last bracket.
  const state = stat?.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  if (state === undefined || state === "Z" || state === "X") return null;
  const command = readOrNull(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "";
  return {
    command: command.replaceAll("\0", " ").trim(),
    folder: readOrNull(() => readlinkSync(`/proc/${pid}/cwd`)),
  };
}

function inspectWithPs(pid: number): RunningProcess | null {
  const line = readOrNull(() =>
    execFileSync("ps", ["-o", "stat=,command=", "-p", String(pid)], { encoding: "utf8" }).trim(),
  );
  if (line === null || line === "" || line.startsWith("Z")) return null;
  return { command: line.replace(/^\S+\s+/, ""), folder: null };
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
