/**
 * What is in the data folder before anything is started. A folder this version of Postgres cannot
 * use is refused with a message and left exactly as it was.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { elsewhere, unavailable } from "./unavailable.ts";

/** Made with the folder, inside it, so that the two can never be separated; mode 0600. */
export const passwordFile = "plimsoll.password";

/** True when the folder holds a database of this major version; false when there is none yet. */
export function holdsDatabase(folder: string, major: number): boolean {
  const entries = listOrEmpty(folder);
  if (entries.length === 0) return false;
  if (!entries.includes("PG_VERSION")) {
    throw unavailable(
      `${folder} is not empty and is not a Postgres data folder. Nothing in it was touched. Move it away, or set PLIMSOLL_HOME to another folder.`,
    );
  }
  const found = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
  if (found !== String(major)) {
    throw unavailable(
      `The data folder ${folder} was made by PostgreSQL ${found}, and this version of Plimsoll carries PostgreSQL ${major}. Nothing in it was touched. Move it away to start afresh (the catalog is ingested again), go back to the Plimsoll that made it, or set DATABASE_URL to a PostgreSQL server with its content.`,
    );
  }
  if (!entries.includes(passwordFile)) {
    throw unavailable(
      `The data folder ${folder} lacks its password file ${passwordFile}, so it was not made by Plimsoll or the file was lost. Nothing in it was touched. Put the file back, or move the folder away to start afresh. ${elsewhere}`,
    );
  }
  return true;
}

function listOrEmpty(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unavailable(`The data folder ${folder} cannot be read.`, error);
  }
}

export function readPassword(folder: string): string {
  return readFileSync(join(folder, passwordFile), "utf8").trim();
}
