/**
 * models.dev, an open database of hosted models: release dates as announced, modalities, and the
 * context that services offer. Entries that link to weights on the Hub are ours; what an API product
 * is limited to is kept apart from what the model can do.
 */
import * as z from "zod";
import type { FactOrigin } from "../../db/facts.ts";
import { Findings } from "../normalize/facts/findings.ts";
import { licenseFacts } from "../normalize/facts/license.ts";
import type { Source } from "../source.ts";
import { listingSource } from "./listings.ts";
import { readModalities } from "./modalities.ts";

const text = z.string().max(2000);
const words = z.array(text).max(50).nullish().catch(null);

const entry = z.object({
  id: text,
  name: text.nullish().catch(null),
  release_date: text.nullish().catch(null),
  license: text.nullish().catch(null),
  limit: z.object({ context: z.number() }).nullish().catch(null),
  modalities: z.object({ input: words, output: words }).nullish().catch(null),
  weights: z
    .array(z.object({ url: text }))
    .max(100)
    .nullish()
    .catch(null),
});
type Entry = z.infer<typeof entry>;

/** @param endpoint base URL of models.dev or of a copy of it. */
export function modelsDevSource(endpoint: string): Source {
  return listingSource<Entry>({
    id: "models-dev",
    title: "models.dev",
    version: 1,
    url: `${endpoint}/models.json`,
    document: z.record(z.string(), z.unknown()).transform((entries) => Object.values(entries)),
    entry,
    modelsOf: ({ weights }) => (weights ?? []).flatMap(({ url }) => repositoryOf(url) ?? []),
    compare,
    note: (found) => ({ url: "https://models.dev", ...factsOf(found) }),
  });
}

/** `owner/name` of a page on the Hub. */
function repositoryOf(url: string): string | null {
  const path = /^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^?#]+)/.exec(url)?.[1];
  const [owner, name] = path?.split("/") ?? [];
  return owner && name ? `${owner}/${name}` : null;
}

/**
 * Products are renamed and move to newer weights; the entry that is called like the weights stays. Of
 * others, the first one released.
 */
function compare(a: Entry, b: Entry, modelId: string): number {
  const named = Number(isNamedAfter(b, modelId)) - Number(isNamedAfter(a, modelId));
  const released = (a.release_date ?? "9").localeCompare(b.release_date ?? "9");
  return named || released || a.id.localeCompare(b.id);
}

function isNamedAfter({ id }: Entry, modelId: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return plain(id.split("/").at(-1)!) === plain(modelId.split("/").at(-1)!);
}

function factsOf(found: Entry) {
  const findings = new Findings();
  const says = (key: string): FactOrigin => {
    return { file: "models.json", key: `${found.id}.${key}`, basis: "stated" };
  };
  const { release_date: day, limit, modalities, license } = found;
  // Some entries know only the month, which is no date.
  if (z.iso.date().safeParse(day).success) findings.add("releasedOn", day!, says("release_date"));
  const input = readModalities(modalities?.input);
  const output = readModalities(modalities?.output);
  findings.add("inputModalities", input, says("modalities.input"));
  findings.add("outputModalities", output, says("modalities.output"));
  if (limit != null && Number.isSafeInteger(limit.context) && limit.context > 0) {
    findings.add("servedContextLength", limit.context, says("limit.context"));
  }
  licenseFacts({ cardData: { license } }, findings);
  for (const fact of ["license", "licenseName"] as const) {
    if (findings.origins[fact]) findings.origins[fact] = says("license");
  }
  return { facts: findings.facts, origins: findings.origins };
}
