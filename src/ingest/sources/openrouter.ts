/**
 * OpenRouter's public list of hosted models: the context that is really served, modalities, and where
 * the prices are. Prices themselves are not copied: they change by the hour and are OpenRouter's own.
 */
import * as z from "zod";
import type { FactOrigin } from "../../db/facts.ts";
import { Findings } from "../normalize/facts/findings.ts";
import type { Source } from "../source.ts";
import { listingSource } from "./listings.ts";
import { readModalities } from "./modalities.ts";

const PAGE = "https://openrouter.ai";

const text = z.string().max(500);
const words = z.array(text).max(50).nullish().catch(null);
const tokens = z.number().nullish().catch(null);

const entry = z.object({
  /** `deepseek/deepseek-chat`; a variant such as `:free` follows a colon. */
  id: z.string().regex(/^[\w.~-]+\/[\w.~-]+(:[\w-]+)?$/),
  created: z.number().nullish().catch(null),
  hugging_face_id: text.nullish().catch(null),
  context_length: tokens,
  architecture: z
    .object({ input_modalities: words, output_modalities: words })
    .nullish()
    .catch(null),
  top_provider: z.object({ context_length: tokens }).nullish().catch(null),
});
type Entry = z.infer<typeof entry>;

/** @param endpoint base URL of OpenRouter, without `/api`. */
export function openRouterSource(endpoint: string): Source {
  return listingSource<Entry>({
    id: "openrouter",
    title: "OpenRouter",
    version: 1,
    url: `${endpoint}/api/v1/models`,
    document: z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
    entry,
    modelsOf: ({ hugging_face_id: id }) => (id ? [id] : []),
    compare,
    note(found) {
      const url = `${PAGE}/${found.id.split(":", 1)[0]}`;
      return { url, ...factsOf(found, url) };
    },
  });
}

/** The plain product before its free and dated variants, the newest listing before older ones. */
function compare(a: Entry, b: Entry): number {
  const plain = Number(a.id.includes(":")) - Number(b.id.includes(":"));
  return plain || (b.created ?? 0) - (a.created ?? 0) || a.id.localeCompare(b.id);
}

function factsOf(found: Entry, url: string) {
  const findings = new Findings();
  const says = (key: string): FactOrigin => {
    return { file: "models", key: `${found.id}.${key}`, basis: "stated" };
  };
  const { architecture, top_provider: provider, context_length: listed } = found;
  const key = provider?.context_length ? "top_provider.context_length" : "context_length";
  const served = provider?.context_length || listed;
  if (served && Number.isSafeInteger(served) && served > 0) {
    findings.add("servedContextLength", served, says(key));
  }
  const input = readModalities(architecture?.input_modalities);
  const output = readModalities(architecture?.output_modalities);
  findings.add("inputModalities", input, says("architecture.input_modalities"));
  findings.add("outputModalities", output, says("architecture.output_modalities"));
  findings.add("priceUrl", url, { ...says("id"), basis: "derived" });
  return { facts: findings.facts, origins: findings.origins };
}
