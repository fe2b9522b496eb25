/**
 * Repositories that hold nothing but GGUF files of a model that lives elsewhere, and which model
 * that is: as the Hub tagged it, as the card says, or as the usual `-GGUF` name implies.
 */
import type { FactOrigin } from "../../../db/facts.ts";
import { type HubInfo, REPOSITORY_ID } from "./protocol.ts";

/** True when the repository has GGUF files and no weights to convert them from. */
export function isConversion(info: HubInfo): boolean {
  return info.ggufFiles > 0 && info.safetensorsFiles === 0;
}

/** The model that the files were made from, with where it is stated; null when nothing says. */
export function baseModelOf(info: HubInfo): { id: string; origin: FactOrigin } | null {
  const tag = info.tags.find((name) => name.startsWith("base_model:quantized:"));
  const card = [info.cardData.base_model].flat();
  const candidates: { id: unknown; origin: FactOrigin }[] = [
    { id: tag?.slice("base_model:quantized:".length), origin: origin("tags", "stated") },
    // A merge names several; none of them is the converted one.
    { id: card.length === 1 ? card[0] : null, origin: origin("cardData.base_model", "stated") },
    { id: info.id.match(/^(.+)-gguf$/i)?.[1], origin: origin("id", "derived") },
  ];
  for (const { id, origin } of candidates) {
    if (typeof id === "string" && REPOSITORY_ID.test(id)) return { id, origin };
  }
  return null;
}

function origin(key: string, basis: FactOrigin["basis"]): FactOrigin {
  return { file: "listing", key, basis };
}
