/** Who made a model and what it is called: name, organization, family, base model, variant. */
import type { FactOrigin, Variant } from "../../../db/facts.ts";
import type { HubFacts } from "../types.ts";
import type { Findings } from "./findings.ts";
import { ORGANIZATION_NAMES, RULES } from "./rules.ts";

const FROM_ID: FactOrigin = { file: "id", key: "id", basis: "derived" };
const CURATED: FactOrigin = { file: "data/families.json", key: "families", basis: "curated" };

export function identityFacts(id: string, info: HubFacts, found: Findings): void {
  const [owner, name = owner] = id.split("/") as [string, string?];
  const repository = name ?? id;
  const family = RULES.families.find((rule) => rule.match.test(repository));
  found.add("name", displayName(repository, family?.name ?? ""), FROM_ID);
  const known = ORGANIZATION_NAMES.get(owner.toLowerCase());
  found.add(
    "organization",
    known ?? owner,
    known === undefined
      ? FROM_ID
      : { file: "data/organizations.json", key: owner, basis: "curated" },
  );
  if (family !== undefined) {
    found.add("family", family.key, CURATED);
    found.add("familyName", family.name, CURATED);
  }
  const base = statedBase(info);
  if (base !== null && base.value.toLowerCase() !== id.toLowerCase()) {
    found.add("baseModel", base.value, base.origin);
  }
  const variant = readVariant(repository, info, base?.relation ?? null);
  if (variant !== null) found.add("variant", variant.value, variant.origin);
}

/** `gemma-3-4b-it` of the family "Gemma 3" is called "Gemma 3 4b it": the family's spelling, then the rest. */
function displayName(repository: string, family: string): string {
  const words = repository.replace(/[-_]+/g, " ").replace(/\s+/g, " ").trim();
  const start = family.replace(/-/g, " ");
  const startsWithFamily = words.toLowerCase().startsWith(start.toLowerCase());
  const rest = words.slice(start.length);
  return family !== "" && startsWithFamily && /^($|\s)/.test(rest) ? `${family}${rest}` : words;
}

interface Base {
  value: string;
  relation: string | null;
  origin: FactOrigin;
}

/** The model card names it; where it does not, the Hub's own tag may. */
function statedBase(info: HubFacts): Base | null {
  const card = info.cardData ?? {};
  const stated: unknown = Array.isArray(card.base_model) ? card.base_model[0] : card.base_model;
  const tag = (info.tags ?? [])
    .map((text) => /^base_model:(?:(quantized|finetune|adapter|merge):)?([^:]+\/[^:]+)$/.exec(text))
    .find((match) => match !== null);
  const relation =
    typeof card.base_model_relation === "string" ? card.base_model_relation : (tag?.[1] ?? null);
  if (typeof stated === "string" && /^[\w.-]+\/[\w.-]+$/.test(stated)) {
    const origin: FactOrigin = { file: "README.md", key: "base_model", basis: "stated" };
    return { value: stated, relation, origin };
  }
  if (tag?.[2] === undefined) return null;
  return { value: tag[2], relation, origin: { file: "tags", key: "base_model", basis: "stated" } };
}

function readVariant(
  repository: string,
  info: HubFacts,
  relation: string | null,
): { value: Variant; origin: FactOrigin } | null {
  if (relation === "quantized") {
    return { value: "QUANTIZED", origin: { file: "tags", key: "base_model", basis: "stated" } };
  }
  const rule = RULES.variants.find((entry) => entry.match.test(repository));
  if (rule !== undefined) {
    const origin: FactOrigin = { file: "data/families.json", key: "variants", basis: "curated" };
    return { value: rule.variant, origin };
  }
  if ((info.tags ?? []).includes("conversational")) {
    return { value: "INSTRUCT", origin: { file: "tags", key: "conversational", basis: "derived" } };
  }
  if (relation === "finetune" || relation === "merge") {
    return { value: "FINE_TUNE", origin: { file: "tags", key: "base_model", basis: "stated" } };
  }
  return null;
}
