/** Facts that a hub's listing gives without any file: licence, dates, popularity, languages, names. */
import type { FactOrigin } from "../../../db/facts.ts";
import type { HubFacts } from "../types.ts";
import type { Findings } from "./findings.ts";
import { identityFacts } from "./identity.ts";
import { licenseFacts } from "./license.ts";

/** The Hub gives this day to everything that is older than its own records. */
const FIRST_RECORDED_DAY = "2022-03-02";
const MAX_TAGS = 200;

export function hubFacts(id: string | null, info: HubFacts, found: Findings): void {
  if (id !== null) identityFacts(id, info, found);
  licenseFacts(info, found);
  const hub = (key: string): FactOrigin => ({ file: "hub", key, basis: "stated" });
  const day = info.createdAt?.slice(0, 10) ?? null;
  if (day !== null && /^\d{4}-\d{2}-\d{2}$/.test(day) && day > FIRST_RECORDED_DAY) {
    found.add("releasedOn", day, { file: "hub", key: "createdAt", basis: "derived" });
  }
  found.add("languages", languages(info), {
    file: "README.md",
    key: "language",
    basis: "stated",
  });
  const tags = (info.tags ?? []).slice(0, MAX_TAGS);
  if (tags.length > 0) found.add("tags", tags, hub("tags"));
  found.add("downloads", info.downloads ?? null, hub("downloads"));
  found.add("likes", info.likes ?? null, hub("likes"));
  const weights = info.safetensors;
  found.add("statedParameters", weights?.total ?? null, {
    file: weights?.file ?? "hub",
    key: weights?.file === undefined ? "safetensors.total" : "header",
    basis: "stated",
  });
}

/** ISO 639 codes of the model card; words like `code` or `multilingual` are no language. */
function languages(info: HubFacts): string[] | null {
  const stated = info.cardData?.language;
  const list: unknown[] = Array.isArray(stated) ? stated : [stated];
  const codes = list.filter(
    (code): code is string =>
      typeof code === "string" && /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(code),
  );
  return codes.length > 0 ? [...new Set(codes)] : null;
}
