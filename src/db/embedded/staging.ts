/**
 * Folders in the making. What must never be seen half-made is made under a name of its own beside
 * its place and renamed into it; the name carries the maker's process id, so that what a killed
 * process left behind can be told from what is being made now.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inspectProcess } from "./process.ts";

let count = 0;

/** Makes an empty folder beside `target`, after clearing the abandoned ones there. */
export async function makeStaging(target: string): Promise<string> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const maker = /\.new-(\d+)-\d+$/.exec(name)?.[1];
    if (maker === undefined || inspectProcess(Number(maker)) !== null) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
  const staging = `${target}.new-${process.pid}-${count++}`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { mode: 0o700 });
  return staging;
}

/** Whether a rename failed because another process has put its finished folder there before. */
export function cameSecond(error: unknown): boolean {
  return ["ENOTEMPTY", "EEXIST", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}
