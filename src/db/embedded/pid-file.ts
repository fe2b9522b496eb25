/**
 * postmaster.pid, the lock that Postgres keeps in its data folder: who runs, where it listens, and
 * how far it has come. It outlives a killed server, so it is believed only together with a look at
 * the process it names.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspectProcess } from "./process.ts";

export interface PidFile {
  pid: number;
  port: number;
  /** `starting`, `ready`, `stopping` or `standby`; empty while the server has not written it yet. */
  status: string;
  /** True when the process is alive and is the server of this very folder. */
  alive: boolean;
  text: string;
}

/** Reads the lock of a data folder; null when there is none, so no server. */
export function readPidFile(dataFolder: string): PidFile | null {
  let text: string;
  try {
    text = readFileSync(join(dataFolder, "postmaster.pid"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  // Lines: pid, folder, start time, port, socket folder, address, shared memory key, status.
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  return {
    pid,
    port: Number.parseInt(lines[3] ?? "", 10),
    status: lines[7]?.trim() ?? "",
    alive: isServerOf(pid, dataFolder),
    text,
  };
}

/**
 * The setting by which a server's command line names its folder. `-D` does not always: root may have
 * handed the folder over as a descriptor.
 */
export function folderMark(dataFolder: string): string {
  return `plimsoll.data_folder=${dataFolder}`;
}

/** Whether a process is a live Postgres server of this folder, and not one that inherited its id. */
export function isServerOf(pid: number, dataFolder: string): boolean {
  const found = inspectProcess(pid);
  if (found === null) return false;
  if (found.command === null) return true;
  if (`${found.command} `.includes(`${folderMark(dataFolder)} `)) return true;
  // One that a person has started by hand works inside its data folder all the same.
  return found.folder === dataFolder && /postgres/i.test(found.command);
}

/**
 * Makes a lock whose server is gone harmless. Postgres takes over a lock by itself when the process
 * it names does not exist, but not when the id now belongs to another program or to a zombie. The
 * lock is not deleted, because it also names the shared memory by which Postgres notices survivors
 * of the dead server. It is made to name this process instead: Postgres ignores its own parent there.
 */
export async function disownPidFile(dataFolder: string, stale: PidFile): Promise<void> {
  const path = join(dataFolder, "postmaster.pid");
  const aside = `${path}.${randomUUID()}`;
  try {
    // An empty lock may be one that is just being written.
    if (stale.text === "" && Date.now() - statSync(path).mtimeMs < 10_000) return;
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  // Between the look and the rename another start may have put a live server's lock there.
  if (readFileSync(aside, "utf8") !== stale.text) return await rename(aside, path);
  if (stale.text === "") return await rm(aside);
  await writeFile(aside, stale.text.replace(/^.*/, String(process.pid)));
  await rename(aside, path);
}
