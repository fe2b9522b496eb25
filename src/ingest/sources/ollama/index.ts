/**
 * Ollama's library: the exact bytes of its builds, by the digest of each manifest. Tags are mutable, so
 * the digest is the revision. Off unless asked for: the registry has no public interface beyond what
 * its own client uses, and its terms grant none.
 */
import type { Artifact, ListedModel, Source } from "../../source.ts";
import { emptyRecord, missingRecord } from "../records.ts";
import { LIBRARY_FILE, type LibraryTag, readLibrary } from "./library.ts";
import { type Description, type Manifest, OllamaRegistry } from "./registry.ts";

const PAGE = "https://ollama.com/library";
const WEIGHTS = /^application\/vnd\.ollama\.image\.(model|tensor)$/;

export interface OllamaOptions {
  /** Base URL of the registry. */
  endpoint: string;
  /** Milliseconds between two requests. */
  pauseMs?: number;
  /** The table of tags. */
  library?: URL;
}

export function ollamaSource({
  endpoint,
  pauseMs = 1000,
  library = LIBRARY_FILE,
}: OllamaOptions): Source {
  const registry = new OllamaRegistry(endpoint, pauseMs);
  return {
    id: "ollama",
    title: "Ollama library",
    version: 1,

    /** A page per name, so that a failure half-way leaves what was read before it. */
    async listPage(cursor, { catalog }) {
      const tags = await readLibrary(library);
      const names = [...new Set(tags.map(({ name }) => name))];
      if (cursor === null) return { items: [], skipped: [], next: names };
      const ours = tags.filter(({ name }) => name === cursor);
      const known = await catalog?.spelling(ours.map(({ model }) => model));
      const items = ours.filter(({ model }) => known?.has(model) ?? true).map(listed);
      const skipped = ours
        .filter(({ model }) => known?.has(model) === false)
        .map(({ id, model }) => ({
          externalId: id,
          code: "NOT_IN_CATALOG",
          reason: `${model} is not in the catalog`,
        }));
      return { items, skipped, next: [] };
    },

    async read(item, { http, signal, known, catalog }) {
      const tag = (await readLibrary(library)).find(({ id }) => id === item.externalId);
      if (tag === undefined)
        return missingRecord(item.externalId, PAGE, "It is not in the table of tags.");
      const manifest = await registry.manifest(tag.name, tag.tag, http, signal);
      const record = {
        ...emptyRecord(tag.id, `${PAGE}/${tag.id}`),
        revision: manifest.digest,
      };
      const stored = await known(tag.id);
      if (stored?.revision === manifest.digest) return { ...record, outcome: "unchanged" };
      const description = await registry.description(tag.name, manifest, http, signal);
      const artifact = artifactOf(tag, manifest, description);
      if (artifact === null) return missingRecord(tag.id, PAGE, `${tag.id} holds no weights.`);
      const baseModel = (await catalog?.spelling([tag.model]))?.get(tag.model) ?? tag.model;
      return {
        ...record,
        outcome: "artifacts",
        facts: { baseModel },
        origins: { baseModel: { file: "data/ollama.json", key: tag.id, basis: "curated" } },
        artifacts: [artifact],
      };
    },
  };
}

function listed({ id }: LibraryTag): ListedModel {
  return { externalId: id, revision: null, lastModified: null, info: null };
}

/** Projectors and adapters are layers of their own and not part of the model's weights. */
function artifactOf(
  tag: LibraryTag,
  { layers }: Manifest,
  { model_format: format, file_type: label, remote_host: elsewhere }: Description,
): Artifact | null {
  const weights = layers.filter(({ mediaType }) => WEIGHTS.test(mediaType));
  if (weights.length === 0 || elsewhere) return null;
  return {
    kind: format === "safetensors" ? "safetensors" : "gguf",
    label: label?.toUpperCase() ?? null,
    files: weights.length,
    bytes: weights.reduce((sum, { size }) => sum + size, 0),
    parameters: null,
    externalId: tag.id,
  };
}
