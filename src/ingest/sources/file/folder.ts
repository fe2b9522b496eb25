/**
 * A folder of models as downloaders lay it out: `owner/name/config.json`, with the weights beside it.
 * Each owner is a page. Only the named files are read, and none that is larger than a config can be.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PlimsollError } from "../../../errors.ts";
import { parseConfigText } from "../../normalize/index.ts";
import type { ListPage } from "../../source.ts";
import { FACTS_FILE, ID, type OwnModel, ownModel } from "./entry.ts";

const MAX_BYTES = 8 * 1024 * 1024;

export class ModelFolder {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async listPage(cursor: string | null): Promise<ListPage> {
    const page: ListPage = { items: [], skipped: [], next: [] };
    if (cursor === null) return { ...page, next: await folders(this.path) };
    if (!ID.safeParse(`${cursor}/name`).success) return page;
    for (const name of await folders(join(this.path, cursor))) {
      const externalId = `${cursor}/${name}`;
      if (ID.safeParse(externalId).success) {
        page.items.push({ externalId, revision: null, lastModified: null, info: null });
      } else {
        const reason = `${externalId} cannot be the id of a model`;
        page.skipped.push({ externalId, code: "INVALID_ENTRY", reason });
      }
    }
    return page;
  }

  /** Null when there is no such model. @throws PlimsollError when one of its files is no good. */
  async read(id: string): Promise<OwnModel | null> {
    if (!ID.safeParse(id).success) return null;
    const folder = join(this.path, ...id.split("/"));
    const config = await json(folder, "config.json");
    if (config === undefined) return null;
    const found = {
      id,
      config,
      hfQuantConfig: await json(folder, "hf_quant_config.json"),
      generationConfig: await json(folder, "generation_config.json"),
      facts: await json(folder, FACTS_FILE),
      files: await weights(folder),
    };
    const model = ownModel.safeParse(found);
    if (model.success) return model.data;
    const { path, message } = model.error.issues[0]!;
    throw unusable(id, `${path.join(".")}: ${message}`);
  }
}

export function unusable(what: string, why: string): PlimsollError {
  return new PlimsollError("UPSTREAM_INVALID", `${what} cannot be used: ${why}`);
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return names.map(({ name }) => name).sort();
}

/** Undefined where there is no such file. */
async function json(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) return undefined;
  if (size > MAX_BYTES) throw unusable(name, `it is larger than ${MAX_BYTES} bytes`);
  try {
    return parseConfigText(await readFile(path));
  } catch (error) {
    throw unusable(name, messageOf(error));
  }
}

async function weights(folder: string): Promise<{ path: string; bytes: number }[]> {
  const names = await readdir(folder, { recursive: true });
  const found = names.filter((name) => name.endsWith(".gguf")).sort();
  return Promise.all(
    found.map(async (path) => ({ path, bytes: (await stat(join(folder, path))).size })),
  );
}
