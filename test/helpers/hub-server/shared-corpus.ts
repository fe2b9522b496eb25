/**
 * The shared corpus as repositories: every config of `upstream/huggingface`, with the parameter
 * counts, licences and dates that `facts.jsonl` knows. Nothing is invented where it knows nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { reposFromFolder } from "./folder.ts";
import type { HubRepo } from "./repository.ts";

const facts = z.object({
  id: z.string(),
  params_total: z.number().optional(),
  released: z.string().optional(),
  license: z.string().optional(),
  pipeline_tag: z.string().optional(),
  base_model: z.array(z.string()).optional(),
});

const DTYPES: Record<string, string> = { bfloat16: "BF16", float16: "F16", float32: "F32" };

/** Whether the folder is laid out like the shared corpus. */
export function isSharedCorpus(sharedDir: string): boolean {
  return existsSync(join(sharedDir, "upstream/huggingface"));
}

/** The repositories of either kind of folder. */
export function reposFromCorpus(folder: string): HubRepo[] {
  return isSharedCorpus(folder) ? reposFromShared(folder) : reposFromFolder(folder);
}

export function reposFromShared(sharedDir: string): HubRepo[] {
  const lines = readFileSync(join(sharedDir, "upstream/facts.jsonl"), "utf8").trim().split("\n");
  const known = new Map(lines.map((line) => facts.parse(JSON.parse(line))).map((f) => [f.id, f]));
  return reposFromFolder(join(sharedDir, "upstream/huggingface")).map((repo) => {
    const fact = known.get(repo.id);
    const released = fact?.released?.match(/^\d{4}-\d{2}-\d{2}$/) ? fact.released : undefined;
    const createdAt = released && `${released}T00:00:00.000Z`;
    const licence = cardLicence(fact?.license);
    const tags = licence.license ? [`license:${licence.license}`] : [];
    const cardData = { ...licence, base_model: fact?.base_model };
    const safetensors = fact?.params_total ? countOf(repo, fact.params_total) : undefined;
    return { ...repo, createdAt, pipelineTag: fact?.pipeline_tag, tags, cardData, safetensors };
  });
}

/** The corpus knows the total alone; the type is the one the config names. */
function countOf(repo: HubRepo, total: number) {
  const text = String(repo.files["config.json"]);
  const dtype = text.match(/"(?:torch_)?dtype"\s*:\s*"(?:torch\.)?(\w+)"/)?.[1] ?? "bfloat16";
  return { parameters: { [DTYPES[dtype] ?? "BF16"]: total }, total };
}

/** As a card writes it: a publisher's own licence is `other` with a name. */
function cardLicence(name: string | undefined) {
  if (name === undefined || /^[a-z0-9.-]+$/.test(name)) return { license: name };
  return { license: "other", license_name: name };
}
