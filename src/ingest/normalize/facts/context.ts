/**
 * Trained context and its extensions. The stated maximum already contains any scaling that ships in
 * the config, so nothing is ever multiplied; a scaling whose product goes beyond the stated maximum is
 * an extension that a user must ask for.
 */
import type { RopeScaling } from "../../../db/facts.ts";
import { type ConfigReader, isRecord } from "../reader.ts";

/** `paddingPositions`: rows of the position table that no token takes, which the stated maximum counts. */
export function readContext(reader: ConfigReader, paddingPositions: number): number | null {
  const stated = reader.number("context");
  return stated === null || stated <= paddingPositions ? stated : stated - paddingPositions;
}

const SCALING = ["rope_scaling", "rope_parameters"];

/** The scaling of rotary positions; null when there is none (plain and multimodal layouts are none). */
export function readRopeScaling(reader: ConfigReader): RopeScaling | null {
  const found = reader.find(SCALING, "scaling of positions");
  if (found === null || !isRecord(found.value)) return null;
  const section = isRecord(found.value.full_attention) ? found.value.full_attention : found.value;
  const kind = section.rope_type ?? section.type;
  if (typeof kind !== "string" || kind === "default" || kind === "mrope") return null;
  reader.credit("ropeScaling", found);
  const number = (value: unknown) =>
    typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
  return {
    kind: kind === "su" ? "longrope" : kind,
    factor: number(section.factor),
    originalContextLength: number(
      section.original_max_position_embeddings ??
        reader.find(["original_max_position_embeddings"], "context before scaling")?.value,
    ),
  };
}

/**
 * The context that a scaling gives when it reaches beyond the stated maximum, as when YaRN is switched
 * on by hand; null when the maximum already contains it. Only kinds that are a product count.
 */
export function extendedContext(
  scaling: RopeScaling | null,
  context: number | null,
): number | null {
  if (scaling === null || context === null || !["yarn", "longrope"].includes(scaling.kind))
    return null;
  const { factor, originalContextLength } = scaling;
  if (factor === null || originalContextLength === null) return null;
  const reach = Math.round(factor * originalContextLength);
  return reach > 1.01 * context && originalContextLength <= context ? reach : null;
}
