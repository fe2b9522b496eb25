/**
 * Repositories from a folder: one subfolder per repository, named `owner__name`, whose files are
 * served as they are. What a listing says beside them is in `repo.json`, where there is one.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HubRepo } from "./repository.ts";

const DESCRIPTION = "repo.json";

export function reposFromFolder(folder: string): HubRepo[] {
  return readdirSync(folder)
    .filter((name) => name.includes("__") && statSync(join(folder, name)).isDirectory())
    .sort()
    .map((name) => readRepo(join(folder, name), name.replace("__", "/")));
}

function readRepo(folder: string, id: string): HubRepo {
  const files: Record<string, Buffer> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name === DESCRIPTION) continue;
    files[entry.name] = readFileSync(join(folder, entry.name));
  }
  const path = join(folder, DESCRIPTION);
  const described = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as object) : {};
  return { id, files, ...described };
}
