/** The licence as an SPDX identifier, with the publisher's own name where it is not a standard one. */
import type { FactOrigin } from "../../../db/facts.ts";
import type { HubFacts } from "../types.ts";
import type { Findings } from "./findings.ts";
import { LICENSES } from "./rules.ts";

function textOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first.trim() !== "" ? first.trim() : null;
}

export function licenseFacts(info: HubFacts, found: Findings): void {
  const card = info.cardData ?? {};
  const ownName = textOf(card.license_name);
  const stated = textOf(card.license);
  const tag = (info.tags ?? []).find((text) => text.startsWith("license:"))?.slice(8) ?? null;
  const id = (stated === "other" || stated === null ? (ownName ?? stated) : stated) ?? tag;
  if (id === null || id === "unknown") return;
  const origin: FactOrigin =
    stated === null && ownName === null
      ? { file: "tags", key: "license", basis: "stated" }
      : { file: "README.md", key: stated === id ? "license" : "license_name", basis: "stated" };
  const known = LICENSES.get(id.toLowerCase()) ?? LICENSES.get(slug(id));
  // Without a name of its own, `other` says only that the licence is not a standard one.
  found.add("license", known?.spdx ?? `LicenseRef-${slug(id)}`, origin);
  found.add("licenseName", known?.name ?? (id === "other" ? null : id), origin);
  found.add("commercialUse", known?.commercial ?? null, {
    file: "data/licenses.json",
    key: id,
    basis: "curated",
  });
  const link = textOf(card.license_link);
  if (link !== null && /^https?:\/\//.test(link)) {
    found.add("licenseUrl", link, { file: "README.md", key: "license_link", basis: "stated" });
  }
}

function slug(id: string): string {
  return (
    id
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, "-")
      .replace(/^-|-$/g, "") || "other"
  );
}
