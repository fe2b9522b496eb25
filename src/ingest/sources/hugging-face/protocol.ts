/**
 * The Hub's JSON, as far as we read it. Every field but the id is optional and stands alone: a
 * field that changes its type is dropped and named in `unreadable`, the rest of the entry stays.
 */
import * as z from "zod";

/** `owner/name`, or the bare name of a few repositories from before owners. Safe inside a URL. */
export const REPOSITORY_ID = /^[A-Za-z0-9_][\w.-]{0,95}(\/[A-Za-z0-9_][\w.-]{0,95})?$/;

const text = z.string().max(1000);
const texts = z.union([text, z.array(text).max(500)]);
const count = z.number().nonnegative();
const isoTime = z.string().refine((value) => !Number.isNaN(Date.parse(value)));

/** Absent, null and of another type all become null. */
function lenient<T extends z.ZodType>(field: T) {
  return field.nullish().catch(null);
}

/** The parts of a model card's front matter that carry facts. */
const cardData = z.object({
  license: lenient(texts),
  license_name: lenient(text),
  license_link: lenient(text),
  base_model: lenient(texts),
  base_model_relation: lenient(text),
  language: lenient(texts),
  pipeline_tag: lenient(text),
});
const safetensors = z.object({ parameters: z.record(z.string(), count), total: count });
const gguf = z.object({ total: count.nullish(), architecture: text.nullish() });

const fields = {
  sha: lenient(z.string().regex(/^[0-9a-f]{40}$/)),
  createdAt: lenient(isoTime),
  lastModified: lenient(isoTime),
  gated: lenient(z.union([z.boolean(), z.string()])),
  private: lenient(z.boolean()),
  disabled: lenient(z.boolean()),
  downloads: lenient(count),
  likes: lenient(count),
  pipeline_tag: lenient(text),
  library_name: lenient(text),
  tags: lenient(z.array(text).max(2000)),
  cardData: lenient(cardData),
  safetensors: lenient(safetensors),
  gguf: lenient(gguf),
  siblings: lenient(z.array(z.object({ rfilename: text }))),
};
const entry = z.object({ id: z.string().regex(REPOSITORY_ID), ...fields });

/** The `expand` values that make a listing carry the fields above. */
export const EXPAND = Object.keys(fields);

/** What a listing says about one repository: JSON-safe, small enough for a job's payload. */
export const hubInfo = z.object({
  id: z.string(),
  sha: z.string().nullable(),
  createdAt: z.string().nullable(),
  lastModified: z.string().nullable(),
  gated: z.boolean(),
  private: z.boolean(),
  disabled: z.boolean(),
  downloads: z.number().nullable(),
  likes: z.number().nullable(),
  pipelineTag: z.string().nullable(),
  libraryName: z.string().nullable(),
  tags: z.array(z.string()),
  cardData: z.record(z.string(), z.unknown()),
  safetensors: safetensors.nullable(),
  gguf: gguf.nullable(),
  /** The configuration files we read, of those that are there; null when the listing is silent. */
  configFiles: z.array(z.string()).nullable(),
  safetensorsFiles: z.number(),
  ggufFiles: z.number(),
  /** Fields whose type was not the one we know. */
  unreadable: z.array(z.string()),
});
export type HubInfo = z.infer<typeof hubInfo>;

/** Files that describe a model, in the order they are read. */
export const CONFIG_FILES = ["config.json", "hf_quant_config.json", "generation_config.json"];

/** Reads one entry of a listing; null when it has no usable id. */
export function parseEntry(raw: unknown): HubInfo | null {
  const parsed = entry.safeParse(raw);
  if (!parsed.success) return null;
  const found = parsed.data;
  const given = raw as Record<string, unknown>;
  const names = found.siblings?.map((sibling) => sibling.rfilename) ?? null;
  const endingIn = (suffix: string) => names?.filter((name) => name.endsWith(suffix)).length ?? 0;
  return {
    id: found.id,
    sha: found.sha ?? null,
    createdAt: found.createdAt ?? null,
    lastModified: found.lastModified ?? null,
    gated: Boolean(found.gated),
    private: found.private ?? false,
    disabled: found.disabled ?? false,
    downloads: found.downloads ?? null,
    likes: found.likes ?? null,
    pipelineTag: found.pipeline_tag ?? null,
    libraryName: found.library_name ?? null,
    tags: found.tags ?? [],
    cardData: found.cardData ?? {},
    safetensors: found.safetensors ?? null,
    gguf: found.gguf ?? null,
    configFiles: names === null ? null : configFiles(names),
    safetensorsFiles: endingIn(".safetensors"),
    ggufFiles: endingIn(".gguf"),
    unreadable: EXPAND.filter((name) => given[name] != null && found[name as "sha"] == null),
  };
}

/** Older releases of some publishers have the training code's `params.json` instead of a config. */
function configFiles(names: string[]): string[] {
  const files = CONFIG_FILES.filter((name) => names.includes(name));
  return files.includes("config.json") || !names.includes("params.json")
    ? files
    : [...files, "params.json"];
}

/** One file of a repository at a revision, from `paths-info` or a model's `blobs`. */
export const pathInfo = z.object({
  path: text,
  oid: z.string().nullish(),
  lfs: lenient(z.object({ oid: z.string() })),
});

export const blobListing = z.object({
  siblings: z.array(
    z.object({
      rfilename: text,
      size: count.nullish(),
      blobId: lenient(text),
      lfs: lenient(z.object({ sha256: text })),
    }),
  ),
});
