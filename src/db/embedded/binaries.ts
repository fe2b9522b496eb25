/**
 * The Postgres programs, where the server's account can run them. They are used where npm put them
 * when that works. Two things may prevent it: the library links are missing, because npm did not run
 * the package's install script (the package lists them, so they are made here), or the account
 * cannot read the folder (root's own checkout). Then the programs are copied, once per version, into
 * Plimsoll's home, or, when that is closed to the account as well, into the system's cache.
 */
import { accessSync, constants, lstatSync, readFileSync } from "node:fs";
import { chmod, cp, readdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Log } from "../../log.ts";
import { accountCan, type ServerAccount } from "./account.ts";
import { findPostgresPackage, type PostgresPackage } from "./platform.ts";
import { cameSecond, makeStaging } from "./staging.ts";
import { unavailable } from "./unavailable.ts";

export interface Binaries {
  major: number;
  /** Full path of one of the package's programs. */
  program(name: "initdb" | "postgres" | "pg_ctl"): string;
}

/** Where to look for the programs and where a copy may go. */
export interface BinariesSearch {
  account: ServerAccount;
  home: string;
  log: Log;
  source?: PostgresPackage;
  systemCache?: string;
}

/** Finds the programs, or makes the copy the account needs. */
export async function provideBinaries(search: BinariesSearch): Promise<Binaries> {
  const { account, home, log, systemCache = "/var/cache/plimsoll" } = search;
  const source = search.source ?? (await findPostgresPackage());
  await makeLinks(source.root);
  if (usable(source.root, account)) return binariesAt(source.root, source.major);
  const places = [join(home, "postgres-binaries")];
  // Owned by root, kept over restarts, and open to everybody.
  if (account.uid !== undefined) places.push(systemCache);
  for (const place of places) {
    const copy = join(place, `${basename(source.name)}-${source.version}`);
    const open = account.uid === undefined || accountCan(account, "-x", dirname(place));
    if (open && !usable(copy, account)) await copyPackage(source, copy, log);
    if (usable(copy, account)) return binariesAt(copy, source.major);
  }
  throw unavailable(
    `The Postgres programs of ${source.root} cannot be run by the account that runs the server, and neither can copies in ${places.join(" or ")}. Remove such copies if they are broken.`,
  );
}

function binariesAt(root: string, major: number): Binaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return { major, program: (name) => join(root, "native", "bin", name + suffix) };
}

interface Link {
  source: string;
  target: string;
}

/** The library links that belong to a package; not every platform's has any. */
function linksOf(root: string): Link[] {
  try {
    return JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8"));
  } catch {
    return [];
  }
}

/** Makes what links it can; `usable` says whether that was enough. */
async function makeLinks(root: string): Promise<void> {
  for (const { source, target } of linksOf(root)) {
    if (lstatSync(join(root, target), { throwIfNoEntry: false })) continue;
    // Every link of the package stays within its folder, so the name alone is its target.
    await symlink(basename(source), join(root, target)).catch(() => {});
  }
}

function usable(root: string, account: ServerAccount): boolean {
  const programs = ["initdb", "postgres"].map((name) =>
    binariesAt(root, 0).program(name as "initdb"),
  );
  const sample = join(root, "native", "share", "postgresql", "postgres.bki");
  if (account.uid !== undefined) {
    const runs = programs.every((program) => accountCan(account, "-x", program));
    if (!runs || !accountCan(account, "-r", sample)) return false;
  }
  try {
    for (const program of programs) accessSync(program, constants.X_OK);
    for (const { target } of linksOf(root)) lstatSync(join(root, target));
    return true;
  } catch {
    return false;
  }
}

async function copyPackage(source: PostgresPackage, target: string, log: Log): Promise<void> {
  log.info({ from: source.root, to: target }, "Copying the Postgres programs to a readable place");
  try {
    const staging = await makeStaging(target);
    const options = { recursive: true, verbatimSymlinks: true };
    try {
      await cp(join(source.root, "native"), join(staging, "native"), options);
      await openToAll(staging);
      await makeLinks(staging);
      await chmod(dirname(target), 0o755);
      await rename(staging, target);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    // Where another start came first, the caller finds that one's copy.
    if (cameSecond(error)) return;
    throw unavailable(`Could not copy the Postgres programs to ${dirname(target)}.`, error);
  }
}

/** Undoes narrow modes: everybody may read and run, only the owner may change. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
