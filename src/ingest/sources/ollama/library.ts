/**
 * Which tags of Ollama's library hold which model. The library cannot be listed, and a tag does not
 * say what it was made from, so `data/ollama.json` does: names, models by Hugging Face id, tags. Only
 * tags that name model and quantization in full are kept; short ones move to other weights.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { projectFile } from "../../../project-files.ts";

const name = z.string().regex(/^[a-z0-9][\w.-]*$/);
const tag = z.string().regex(/^[\w.-]+$/);
const modelId = z.string().regex(/^[\w.-]+\/[\w.-]+$/);

const table = z.record(name, z.record(modelId, z.array(tag).min(1)));

export const LIBRARY_FILE = projectFile("data/ollama.json");

export interface LibraryTag {
  /** `llama3.1:8b-instruct-q4_K_M`. */
  id: string;
  name: string;
  tag: string;
  /** Hugging Face id of the model. */
  model: string;
}

export async function readLibrary(file: URL): Promise<LibraryTag[]> {
  const names = table.parse(JSON.parse(await readFile(file, "utf8")));
  return Object.entries(names).flatMap(([name, models]) =>
    Object.entries(models).flatMap(([model, tags]) =>
      tags.map((tag) => ({ id: `${name}:${tag}`, name, tag, model })),
    ),
  );
}
